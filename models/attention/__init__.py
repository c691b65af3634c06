from . import source, attention, overview
