from . import (
    settings,
    entry,
    ask,
    bank_verification,
    bill,
    account_move,
    account_payment,
)
