from . import (
    notification,
    notice,
    events,
    watch,
    outage,
    settings,
)
