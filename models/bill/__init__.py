from . import (
    pipeline,
    partner,
    payment,
    correction,
    lines,
    totals,
    kept,
    account_tax,
)
