from . import labels, own, permission, order, follow, sentences, lock_out, settings
