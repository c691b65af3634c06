"""The add-on as its users get it: a wheel, in an environment that has Odoo."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tools import database, paths, postgres

PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
# Whoever has Odoo has its libraries; no other way leads to this checkout.
LIBRARIES = "import site; site.addsitedir({!r})\n"
ADDONS = [path for path in paths.odoo_addons_paths() if path != paths.ADDONS]


def succeed(*command, **options):
    """Run a command; what it says stands in the failure."""
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, **options)
    assert not done.returncode, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """Path of the wheel, built as pip builds it, without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    options = ("--no-deps", "--no-index", "--no-build-isolation")
    succeed(*PIP, "wheel", *options, "--wheel-dir", folder, paths.ROOT)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="session")
def names(wheel):
    """Names of the files in the wheel."""
    with zipfile.ZipFile(wheel) as files:
        return files.namelist()


class Home:
    """An environment with Odoo and the installed wheel."""

    def __init__(self, folder, wheel):
        venv.create(folder, with_pip=False, symlinks=True)
        self.python = folder / "bin" / "python"
        (self.site,) = folder.glob("lib/python3.*/site-packages")
        (others,) = paths.VENV.glob("lib/python3.*/site-packages")
        (self.site / "libraries.pth").write_text(LIBRARIES.format(str(others)))
        succeed(
            *(*PIP, "--python", self.python, "install"),
            *("--no-deps", "--no-index", wheel),
        )

    def run(self, *words, **options):
        """Run its Python, anywhere but in the repository."""
        return succeed(self.python, *words, cwd=self.site, **options)

    def odoo(self, name, *options):
        """Run Odoo on a database; returns its log."""
        log = self.site / "odoo.log"
        self.run(
            *("-m", "odoo", "--config", paths.ODOO_CONF, "--database", name),
            *("--addons-path", ",".join(map(str, ADDONS))),
            *("--db_host", postgres.socket_folder(), "--logfile", log),
            *("--stop-after-init", "--no-http", *options),
        )
        return log.read_text()


@pytest.fixture(scope="session")
def home(tmp_path_factory, wheel):
    """A ``Home`` of its own."""
    return Home(Path(tmp_path_factory.mktemp("home")), wheel)


@pytest.fixture
def bare():
    """A database that has what the add-on depends on, and no more."""
    with database.scratch(database.bare_template()) as name:
        yield name
