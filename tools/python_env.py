"""The virtual environments, made from complete lock files."""

import sys
from importlib.util import find_spec
from shutil import rmtree

from . import paths
from .apt import install_missing
from .command import run
from .console import step
from .stamps import digest, is_done, mark_done

ENVIRONMENTS = {
    paths.VENV: paths.ROOT / "tools" / "requirements-dev.lock",
    paths.VENV_KSEF_CLIENT: paths.ROOT / "tools" / "requirements-ksef-client.lock",
    paths.VENV_WHEEL: paths.ROOT / "tools" / "requirements-wheel.lock",
    paths.VENV_SCHEMATHESIS: paths.ROOT / "tools" / "requirements-schemathesis.lock",
}
LAUNCHER = """#!{python}
import sys
import odoo.cli
sys.exit(odoo.cli.main())
"""


def ensure():
    """Make the environments, and teach the first one where Odoo is."""
    for folder, lock_file in ENVIRONMENTS.items():
        _ensure_one(folder, lock_file)
    site = next(paths.VENV.glob("lib/python3.*/site-packages"))
    _write_if_changed(site / "odoo.pth", f"{paths.odoo_python_path()}\n")
    _write_if_changed(paths.ODOO, LAUNCHER.format(python=paths.PYTHON))
    paths.ODOO.chmod(0o755)


def _ensure_one(folder, lock_file):
    key = digest(lock_file, sys.version, str(folder))
    python = folder / "bin" / "python"
    if is_done(folder.name, key) and python.exists():
        return
    with step(f"Python: {folder.name} from {lock_file.name}"):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        install_missing({f"python{version}-venv": bool(find_spec("ensurepip"))})
        rmtree(folder, ignore_errors=True)
        run(sys.executable, "-m", "venv", folder)
        pip = [python, "-m", "pip", "--disable-pip-version-check"]
        run(*pip, "install", "-r", lock_file, log=f"pip-{folder.name}")
        run(*pip, "check")
    mark_done(folder.name, key)


def _write_if_changed(path, text):
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
