from . import preview, sign
