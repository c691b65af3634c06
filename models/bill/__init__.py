from . import (
    pipeline,
    partner,
    payment,
    marks,
    correction,
    lines,
    totals,
    kept,
    account_tax,
    account_journal,
    res_company,
    settings,
)
