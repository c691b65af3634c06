"""`pip install` of the wheel puts the add-on on Odoo's path, whole and alone."""

import zipfile
from ast import literal_eval
from email.parser import HeaderParser
from pathlib import PurePosixPath

from tools import odoo_log, paths, postgres
from tools.distribution import PACKED
from tools.repository import tracked_files

ADDON = PurePosixPath("odoo", "addons", paths.MODULE)
MANIFEST = literal_eval((paths.ROOT / "__manifest__.py").read_text())
WHERE = """
import sys
from odoo.modules import initialize_sys_path
from odoo.modules.module import Manifest
from odoo.tools import config
config.parse_config(sys.argv[1:])
initialize_sys_path()
print(Manifest.for_addon("l10n_pl_ksef").path)
"""


def metadata(wheel):
    with zipfile.ZipFile(wheel) as files:
        (name,) = (n for n in files.namelist() if n.endswith("dist-info/METADATA"))
        return HeaderParser().parsestr(files.read(name).decode())


def test_its_name_and_version_are_those_of_the_manifest(wheel):
    told = metadata(wheel)
    assert told["Name"] == f"odoo-addon-{paths.MODULE}"
    assert told["Version"] == MANIFEST["version"]
    assert told["License"] == MANIFEST["license"]


def test_it_asks_for_odoo_19_and_for_what_requirements_txt_names(wheel):
    wanted = metadata(wheel).get_all("Requires-Dist")
    odoo = [line for line in wanted if line.startswith("odoo")]
    lines = (paths.ROOT / "requirements.txt").read_text().splitlines()
    assert sorted(set(wanted) - set(odoo)) == [row for row in lines if row[0] != "#"]
    assert len(odoo) == 1
    assert "19.0" in odoo[0]


def test_it_has_every_file_of_the_addon_and_nothing_else(names):
    parts = {
        path.relative_to(paths.ROOT).as_posix()
        for path in tracked_files()
        if path.relative_to(paths.ROOT).parts[0] in PACKED
    }
    packed = {name for name in names if ".dist-info/" not in name}
    assert packed == {str(ADDON / part) for part in parts}


def test_odoo_finds_the_addon_where_pip_put_it(home):
    found = home.run("-c", WHERE, "--config", paths.ODOO_CONF, "--addons-path", "")
    assert found.strip() == str(home.site / ADDON)


def test_odoo_installs_it_from_there(home, bare):
    log = home.odoo(bare, "--init", paths.MODULE)
    assert not odoo_log.judge(log).bad_lines()
    state = f"SELECT state FROM ir_module_module WHERE name = '{paths.MODULE}'"
    assert postgres.sql(state, bare) == ["installed"]
