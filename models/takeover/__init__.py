from . import crons, document, mirror, credentials
