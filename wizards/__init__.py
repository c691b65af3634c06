from . import (
    account_move_reversal,
    account_move_send_wizard,
    connect_mixin,
    certificate_upload,
    company_data,
    complete,
    connect,
    fetch_window,
    issue_offline,
    res_config_settings,
    settings,
    welcome,
)
