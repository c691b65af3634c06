from . import bundle, export, preview, received, sign
