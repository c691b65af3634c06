from . import (
    settings_mixin,
    vault,
    invoice,
    bill,
    picture,
    connection,
    receiving,
    sending,
    notification,
    offline,
)
