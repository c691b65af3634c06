from . import (
    picture,
    bill,
    preview,
)
