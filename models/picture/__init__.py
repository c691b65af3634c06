from . import (
    picture,
    bill,
)
