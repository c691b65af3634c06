"""Files of `tests/` that need no Odoo are at hand, without the package itself."""

import sys
from pathlib import Path

sys.path.insert(1, str(Path(__file__).resolve().parents[1]))
