from . import (
    account_move_send_wizard,
    connect_mixin,
    certificate_upload,
    company_data,
    connect,
    fetch_window,
    res_config_settings,
    settings,
    welcome,
)
