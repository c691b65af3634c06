from . import (
    connect_mixin,
    certificate_upload,
    company_data,
    connect,
    fetch_window,
    res_config_settings,
    settings,
    welcome,
)
