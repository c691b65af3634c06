from . import (
    settings,
    duty,
    identifier,
    identifier_make,
    identifier_receive,
    reference,
    split,
    transfer,
    account_move,
    account_payment,
    qr,
    statement,
)
