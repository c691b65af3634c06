"""`./dev i18n`: what Odoo finds to translate, and how much of it is in `i18n/`."""

import os

from . import database, paths
from .command import run
from .console import note, say, step

FOLDER = paths.ROOT / "i18n"
PO = paths.ROOT / "tools" / "po.py"


def update(template):
    """Export the texts and merge them into `i18n/`."""
    exported = _export(template)
    say(run(paths.PYTHON, PO, "merge", exported, FOLDER).stdout.rstrip())


def faults(template):
    """What is missing in `i18n/`, as lines of text."""
    if not (FOLDER / "pl.po").exists():
        note("i18n/pl.po does not exist yet")
        return []
    exported = _export(template)
    done = run(paths.PYTHON, PO, "check", exported, FOLDER, check=False)
    return (done.stdout + done.stderr).splitlines() if done.returncode else []


def _export(template):
    paths.RUN.mkdir(parents=True, exist_ok=True)
    exported = paths.RUN / f"export-{os.getpid()}.pot"
    with database.scratch(template) as name:
        with step("install the add-on"):
            database.install(name, "i18n-install")
        with step("export its texts"):
            options = ["-c", paths.ODOO_CONF, "-d", name, "-l", "pot", "-o", exported]
            run(paths.ODOO, "i18n", "export", *options, paths.MODULE, log="i18n-export")
    return exported
