"""Other people's add-ons beside ours, in a real Odoo.

Their wheels come from the registry when these tests run, pinned by version and hash;
nothing of them is in the repository.
"""

import zipfile

import pytest

from tools import database, paths, setup
from tools.apt import sha256
from tools.command import run

# OCA's payment orders for 19.0, and what they build on: {archive: SHA-256}
WHEELS = {
    "odoo_addon_account_payment_method_base-19.0.1.0.0.4-py3-none-any.whl": (
        "1608ef2bc34665db949bcbe27e8d07963183274798c4542bb4bdd4cb60ae049e"
    ),
    "odoo_addon_account_payment_base_oca-19.0.1.1.0-py3-none-any.whl": (
        "65790c74116ce78d044938a1b059cf0aa25c489aac5cc42be80f1b3a8f9de0bd"
    ),
    "odoo_addon_account_payment_batch_oca-19.0.2.0.0.2-py3-none-any.whl": (
        "ad9f88d3ea2603ff89164ee9d89eb9e591a9fd47c4a27f18cb2258c5292e1074"
    ),
}


@pytest.fixture(scope="session")
def addons(tmp_path_factory):
    """Folder with OCA's add-ons."""
    folder = tmp_path_factory.mktemp("oca")
    for archive, known in WHEELS.items():
        path = paths.CACHE / archive
        if not path.exists():
            name, version, *_tags = archive.split("-")
            paths.CACHE.mkdir(parents=True, exist_ok=True)
            pip = (paths.PYTHON, "-m", "pip", "--disable-pip-version-check", "download")
            wanted = ("--no-deps", f"{name}=={version}", "--dest", paths.CACHE)
            run(*pip, *wanted, log=f"fetch-{name}")
        assert sha256(path) == known, archive
        with zipfile.ZipFile(path) as files:
            files.extractall(folder)
    return folder / "odoo" / "addons"


@pytest.fixture
def odoo(addons):
    """Run Odoo with them and ours on a database of its own: ``odoo(option …)``."""
    template = database.ensure_addon(setup.ensure())
    folders = ",".join(map(str, [*paths.odoo_addons_paths(), addons]))
    with database.scratch(template) as name:

        def command(*options, script=None):
            words = database.odoo_command(
                name, "--no-http", f"--addons-path={folders}", *options
            )
            if script is None:
                run(*words, "--stop-after-init", log="beside")
                return []
            words.insert(1, "shell")
            run(*words, log="beside-shell", input=script)
            log = (paths.LOG / "beside-shell.log").read_text()
            return [
                line.partition("TOLD ")[2]
                for line in log.splitlines()
                if "TOLD " in line
            ]

        yield command
