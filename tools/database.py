"""Databases: a template with Odoo's own modules, copies of it, and their filestores."""

import itertools
import os
import shutil
from ast import literal_eval
from contextlib import contextmanager

from . import paths, postgres
from .command import is_alive, run
from .console import step
from .stamps import digest, is_done, lock, mark_done

# A Polish company brings in the last one by itself, at a time that nobody wants.
BASE_MODULES = (
    "sale_management",
    "sale_stock",
    "purchase",
    "mail",
    "contacts",
    "account_peppol",
)
LANGUAGE = "pl_PL"
SCRATCH = "scratch_"
TEMPLATE = "template_odoo_"
BARE = "template_bare_"
ADDON = "template_ksef_"
READY = paths.ROOT / "tools" / "ready_company.py"
# What browsers load, most of which is Odoo's own and takes long to be put together.
ASSETS = 'env["ir.qweb"]._pregenerate_assets_bundles()\nenv.cr.commit()\n'
MODULE = paths.MODULE
CONF = """[options]
addons_path = {addons}
data_dir = {data}
db_host = {socket}
db_port = {port}
db_user = {user}
list_db = False
max_cron_threads = 0
http_interface = 127.0.0.1
"""


def write_conf():
    """Write `.dev/odoo.conf`, so that `.dev/venv/bin/odoo -c` works by hand too."""
    paths.ADDONS.mkdir(parents=True, exist_ok=True)
    link = paths.ADDONS / MODULE
    if not link.is_symlink():
        link.symlink_to(paths.ROOT, target_is_directory=True)
    text = CONF.format(
        addons=",".join(str(path) for path in paths.odoo_addons_paths()),
        data=paths.DATA,
        socket=postgres.socket_folder(),
        port=postgres.PORT,
        user=postgres.USER,
    )
    if not paths.ODOO_CONF.exists() or paths.ODOO_CONF.read_text() != text:
        paths.ODOO_CONF.write_text(text)


def odoo_command(database, *options):
    """Command line of Odoo on one database of the private cluster."""
    words = [paths.ODOO, "-c", paths.ODOO_CONF, "-d", database, *options]
    words += ["--db_host", postgres.socket_folder()]
    return [str(word) for word in words]


def install(name, log):
    """Install the add-on, or bring it up to date with the files."""
    options = ["-i", MODULE, "-u", MODULE, "--stop-after-init", "--no-http"]
    run(*odoo_command(name, *options), log=log)


def set_parameters(name, parameters):
    """Set system parameters of a database that no server works on.

    :param parameters: {key: value}
    """
    rows = ", ".join(f"('{key}', '{value}')" for key, value in parameters.items())
    postgres.sql(
        f"INSERT INTO ir_config_parameter (key, value) VALUES {rows} "
        "ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value",
        name,
    )


def names():
    """Names of all databases of the cluster."""
    return postgres.sql("SELECT datname FROM pg_database")


def exists(name):
    return name in names()


def drop(name):
    """Remove a database and its filestore, whoever is connected."""
    postgres.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    shutil.rmtree(filestore(name), ignore_errors=True)


def filestore(name):
    return paths.DATA / "filestore" / name


def copy(template, name):
    """Copy a database and, by hard links, its filestore (files there never change)."""
    with lock("template"):  # CREATE DATABASE wants the template for itself
        drop(name)
        postgres.sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    if filestore(template).is_dir():
        run("cp", "-al", filestore(template), filestore(name))


_numbers = itertools.count()


@contextmanager
def scratch(template):
    """A copy of a template for the caller alone, dropped at the end."""
    _drop_leftovers()
    name = f"{SCRATCH}{os.getpid()}_{next(_numbers)}"
    try:
        copy(template, name)
        yield name
    finally:
        drop(name)


def _drop_leftovers():
    """Drop scratch databases whose process was killed."""
    for name in names():
        pid = name.removeprefix(SCRATCH).partition("_")[0]
        if name.startswith(SCRATCH) and pid.isdigit() and not is_alive(int(pid)):
            drop(name)


def ensure_template(odoo_version):
    """Install Odoo's own modules once; returns the template's name.

    It is made of the bare one, which has no more than what the add-on depends on.

    :param odoo_version: text that changes when Odoo's code does
    """
    bare = ensure_bare_template(odoo_version)
    options = ["-i", ",".join(BASE_MODULES), "--load-language", LANGUAGE]
    key = digest(bare, *options, ASSETS)
    return _ensure(TEMPLATE, key, options, bare, ASSETS)


def ensure_bare_template(odoo_version):
    """Install what the add-on depends on once; returns the template's name."""
    manifest = literal_eval((paths.ROOT / "__manifest__.py").read_text())
    options = ["-i", ",".join(manifest["depends"])]
    return _ensure(BARE, digest(odoo_version, *options), options)


def bare_template():
    """The template that `ensure_bare_template` made."""
    return next(name for name in names() if name.startswith(BARE))


def _ensure(prefix, key, options, base=None, script=""):
    """Make a template, unless it is there; older ones of its kind go.

    :param options: for Odoo, which installs something
    :param base: the template that it begins with
    :param script: for Odoo's shell, afterwards
    """
    name = f"{prefix}{key[:8]}"
    if is_done(name, key) and exists(name):
        return name
    with step(f"Database: {name} (once per version of Odoo)"):
        _drop_all(prefix)
        if base:
            copy(base, name)
        command = odoo_command(name, *options, "--stop-after-init", "--no-http")
        run(*command, log=name)
        if script:
            _shell(name, script)
    mark_done(name, key)
    return name


def _shell(name, script):
    """Give a script to Odoo's shell."""
    command = [paths.ODOO, "shell", *odoo_command(name, "--no-http")[1:]]
    run(*command, log=f"{name}-shell", input=script)


def _drop_all(prefix):
    for old in names():
        if old.startswith(prefix):
            drop(old)


def ensure_addon(base):
    """Install the add-on once for each change of its files; returns the template.

    It has a Polish company with its chart of accounts and what browsers load, too:
    tests begin at once.

    :param base: name of the template that it begins with
    """
    files = [path for part in paths.ADDON_PARTS for path in _files(paths.ROOT / part)]
    key = digest(base, READY, ASSETS, *map(str, files), *files)
    name = f"{ADDON}{key[:8]}"
    if is_done(name, key) and exists(name):
        return name
    with lock("addon"):
        if is_done(name, key) and exists(name):
            return name  # made while we waited
        _drop_all(ADDON)
        copy(base, name)
        options = ["-i", MODULE, "--stop-after-init", "--no-http"]
        run(*odoo_command(name, *options), log=name)
        _shell(name, READY.read_text() + ASSETS)
        mark_done(name, key)
    return name


def _files(path):
    """Files of a part of the add-on, in a fixed order."""
    found = sorted(path.rglob("*")) if path.is_dir() else [path]
    return [one for one in found if one.is_file() and one.suffix != ".pyc"]
