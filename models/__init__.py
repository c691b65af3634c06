from . import (
    taxpayer,
    settings_mixin,
    vault,
    invoice,
    bill,
    picture,
    connection,
    receiving,
    sending,
    takeover,
    notification,
    offline,
)
