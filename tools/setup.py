"""`./dev setup`: everything that the other verbs stand on."""

from shutil import which

from . import database, odoo_source, postgres, python_env, references
from .apt import install_missing
from .stamps import lock

PROGRAMS = {
    "wkhtmltopdf": "wkhtmltopdf",  # printing
    "chromium": "chromium",  # browser tests, screenshots
    "poppler-utils": "pdftoppm",  # PDF to picture, in tests
}


def ensure():
    """Set everything up that is not there yet; returns the template's name."""
    with lock():
        version = odoo_source.ensure()
        python_env.ensure()
        references.ensure()
        postgres.ensure()
        database.write_conf()
        return database.ensure_template(version)


def ensure_programs():
    """Programs that only some tests and the demo need."""
    with lock():
        install_missing({name: bool(which(run)) for name, run in PROGRAMS.items()})
