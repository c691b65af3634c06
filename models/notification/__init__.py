from . import (
    notification,
    notice,
    events,
    warning,
    watch,
    outage,
    settings,
)
