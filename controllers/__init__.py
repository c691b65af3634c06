from . import bundle, preview, received, sign
