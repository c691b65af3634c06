from . import legal_fact
