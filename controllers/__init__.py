from . import preview, received, sign
