from . import (
    vault,
    mixin,
    rotation,
)
