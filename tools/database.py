"""Databases: a template with Odoo's own modules, copies of it, and their filestores."""

import os
import shutil
from contextlib import contextmanager

from . import paths, postgres
from .command import is_alive, run
from .console import step
from .stamps import digest, is_done, lock, mark_done

# A Polish company brings in the last one by itself, at a time that nobody wants.
BASE_MODULES = ("l10n_pl_edi", "sale_management", "mail", "contacts", "account_peppol")
LANGUAGE = "pl_PL"
SCRATCH = "scratch_"
TEMPLATE = "template_odoo_"
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


def exists(name):
    return bool(postgres.sql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"))


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


@contextmanager
def scratch(template):
    """A copy of the template for this process alone, dropped at the end."""
    with scratch_empty() as name:
        with step("copy the template database"):
            copy(template, name)
        yield name


@contextmanager
def scratch_empty():
    """The name of a database for this process alone, which Odoo makes; dropped at the
    end.
    """
    _drop_leftovers()
    name = f"{SCRATCH}{os.getpid()}"
    try:
        yield name
    finally:
        drop(name)


def _drop_leftovers():
    """Drop scratch databases whose process was killed."""
    for name in postgres.sql("SELECT datname FROM pg_database"):
        pid = name.removeprefix(SCRATCH)
        if name.startswith(SCRATCH) and pid.isdigit() and not is_alive(int(pid)):
            drop(name)


def ensure_template(odoo_version):
    """Install Odoo's own modules once; returns the template's name.

    :param odoo_version: text that changes when Odoo's code does
    """
    key = digest(odoo_version, *BASE_MODULES, LANGUAGE)
    name = f"{TEMPLATE}{key[:8]}"
    if is_done(name, key) and exists(name):
        return name
    with step("Database: template with Odoo's own modules (once per Odoo version)"):
        for old in postgres.sql("SELECT datname FROM pg_database"):
            if old.startswith(TEMPLATE):
                drop(old)
        options = ["-i", ",".join(BASE_MODULES), "--load-language", LANGUAGE]
        command = odoo_command(name, *options, "--stop-after-init", "--no-http")
        run(*command, log="template")
    mark_done(name, key)
    return name
