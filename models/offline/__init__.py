from . import (
    outage,
    outage_notice,
    document,
    account_move,
    outage_shown,
    res_company,
    attention,
)
