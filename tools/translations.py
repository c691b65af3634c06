"""`./dev i18n`: what Odoo finds to translate, and how much of it is in `i18n/`."""

from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory

from . import database, paths
from .command import run
from .console import note, say, step

FOLDER = paths.ROOT / "i18n"
PO = paths.ROOT / "tools" / "po.py"
# Odoo's export follows links for ever when it meets `.dev/addons` inside the add-on,
# and takes texts from all Python files: it gets a folder with the add-on's own parts.
ADDONS = paths.DEV / "addons-i18n"


def update(template):
    """Export the texts and merge them into `i18n/`."""
    with _exported(template) as pot:
        say(run(paths.PYTHON, PO, "merge", pot, FOLDER).stdout.rstrip())


def faults(template):
    """What is missing in `i18n/`, as lines of text."""
    if not (FOLDER / "pl.po").exists():
        note("i18n/pl.po does not exist yet")
        return []
    with _exported(template) as pot:
        done = run(paths.PYTHON, PO, "check", pot, FOLDER, check=False)
    return (done.stdout + done.stderr).splitlines() if done.returncode else []


@contextmanager
def _exported(template):
    """Path of a template with all that Odoo finds to translate in the add-on."""
    with step("install the add-on"):
        installed = database.ensure_addon(template)
    with TemporaryDirectory() as folder, database.scratch(installed) as name:
        pot = Path(folder) / f"{paths.MODULE}.pot"
        with step("export its texts"):
            options = ["-c", _conf(), "-d", name, "-l", "pot", "-o", pot]
            run(paths.ODOO, "i18n", "export", *options, paths.MODULE, log="i18n-export")
        yield pot


def _conf():
    """A configuration file with the folder for exports in the place of the link."""
    addon = ADDONS / paths.MODULE
    rmtree(addon, ignore_errors=True)
    addon.mkdir(parents=True)
    for name in paths.ADDON_PARTS:
        if (paths.ROOT / name).exists():
            (addon / name).symlink_to(paths.ROOT / name)
    conf = ADDONS / "odoo.conf"
    text = paths.ODOO_CONF.read_text()
    conf.write_text(text.replace(str(paths.ADDONS), str(ADDONS)))
    return conf
