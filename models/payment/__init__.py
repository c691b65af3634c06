from . import (
    settings,
    duty,
    identifier,
    identifier_make,
    identifier_receive,
    reference,
    transfer,
    account_move,
    account_payment,
    statement,
)
