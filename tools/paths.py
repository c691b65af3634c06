"""Where things lie. Everything made on the machine is under `.dev/`."""

import hashlib
import os
from pathlib import Path

MODULE = "l10n_pl_ksef"
ROOT = Path(__file__).resolve().parent.parent
DEV = ROOT / ".dev"
CACHE = Path(os.environ.get("L10N_PL_KSEF_CACHE") or DEV / "cache").resolve()
STAMPS = DEV / "stamps"
LOG = DEV / "log"
RUN = DEV / "run"
VENV = DEV / "venv"
VENV_KSEF_CLIENT = DEV / "venv-ksef-client"
VENV_WHEEL = DEV / "venv-wheel"
VENV_SCHEMATHESIS = DEV / "venv-schemathesis"
NODE = DEV / "node"
ADDONS = DEV / "addons"
DATA = DEV / "data"
ODOO_CONF = DEV / "odoo.conf"
ODOO_UNPACKED = DEV / "odoo"
SANDBOX_DATA = DEV / "sandbox"

# What Odoo loads of the add-on; the rest of the repository is for development.
ADDON_PARTS = ("__manifest__.py", "__init__.py", "hooks.py", "controllers", "data")
ADDON_PARTS += ("i18n", "ksef_api", "models", "report", "security", "static", "views")
ADDON_PARTS += ("wizards",)

PYTHON = VENV / "bin" / "python"
ODOO = VENV / "bin" / "odoo"

# Short name of this checkout, for things that cannot lie under `.dev/`.
CHECKOUT = f"{MODULE}-{hashlib.sha256(str(ROOT).encode()).hexdigest()[:10]}"


def odoo_home():
    """The person's own Odoo checkout (`ODOO_HOME`), or None."""
    home = os.environ.get("ODOO_HOME")
    return Path(home).resolve() if home else None


def odoo_python_path():
    """The folder that holds the `odoo` Python package."""
    return odoo_home() or ODOO_UNPACKED / "usr/lib/python3/dist-packages"


def odoo_addons_paths():
    """Folders for Odoo's `addons_path`, ours last."""
    base = odoo_python_path()
    found = [base / "addons", base / "odoo" / "addons"]
    return [path for path in found if path.is_dir()] + [ADDONS]
