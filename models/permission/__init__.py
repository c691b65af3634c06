from . import (
    labels,
    own,
    switched_on,
    permission,
    order,
    follow,
    sentences,
    lock_out,
    settings,
    attention,
)
