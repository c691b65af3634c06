"""A private PostgreSQL on a unix socket, without the safety that tests do not need."""

import os
import subprocess
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree, which

from . import paths
from .apt import install_missing
from .command import is_alive, run
from .console import DevError, note, step
from .stamps import lock

USER = "odoo"  # Odoo refuses to work as "postgres"
PORT = "5432"
SETTINGS = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "256MB",
    # A test commits nothing: statistics taken meanwhile say that its tables are empty,
    # and Odoo's larger joins then take seconds each.
    "autovacuum_naptime": "'1h'",
}
# sockaddr_un holds 107 characters, "/.s.PGSQL.5432" included.
LONGEST_SOCKET_FOLDER = 90
# Process id of who works with a cluster of its own (`apart`), as a part of names.
_owner = ""


def _system_user():
    """PostgreSQL refuses to run as root, so root hands it to `postgres`."""
    if os.geteuid() != 0:
        return {}
    return {"user": "postgres", "group": "postgres", "extra_groups": [], "cwd": "/"}


def home():
    """Folder of the cluster: `.dev/pg`, or /var/tmp when it cannot be reached there."""
    return Path(f"{_home()}{_owner}")


def _home():
    remembered = paths.DEV / "pg.elsewhere"
    if remembered.exists():
        return Path(remembered.read_text().strip())
    if _reachable(paths.DEV):
        return paths.DEV / "pg"
    elsewhere = Path("/var/tmp") / paths.CHECKOUT
    remembered.write_text(f"{elsewhere}\n")
    note(f"the user postgres cannot pass to {paths.DEV}; the cluster is {elsewhere}")
    return elsewhere


def _reachable(folder):
    done = subprocess.run(["test", "-x", folder], **_system_user())
    return done.returncode == 0


def socket_folder():
    """Where the socket is; short, because socket addresses are."""
    inside = home() / "socket"
    if len(str(inside)) <= LONGEST_SOCKET_FOLDER:
        return inside
    return Path("/tmp") / f"{paths.CHECKOUT}{_owner}"


def binary(name):
    """A program of the newest installed server; Debian keeps it off PATH."""
    folders = Path("/usr/lib/postgresql").glob("*/bin")
    for folder in sorted(folders, key=lambda path: -float(path.parent.name)):
        if (folder / name).exists():
            return folder / name
    found = which(name)
    return Path(found) if found else None


def ensure():
    """Make the cluster when there is none, and see that it runs."""
    install_missing({"postgresql": bool(binary("initdb"))})
    if not binary("initdb"):
        raise DevError("PostgreSQL's server programs are missing (package postgresql).")
    data = home() / "data"
    if not (data / "PG_VERSION").exists():
        with step("PostgreSQL: new private cluster"):
            _create(data)
    start()


def _create(data):
    for folder in (home(), socket_folder()):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.geteuid() == 0:
            run("chown", "postgres:postgres", folder)
    options = ["-U", USER, "--auth=trust", "--encoding=UTF8", "--locale=C"]
    run(binary("initdb"), "-D", data, *options, "--no-sync", **_system_user())
    lines = [f"{name} = {value}" for name, value in SETTINGS.items()]
    lines.append(f"unix_socket_directories = '{socket_folder()}'")
    with (data / "postgresql.conf").open("a") as conf:
        conf.write("\n# ./dev\n" + "\n".join(lines) + "\n")


def is_running():
    if not binary("pg_ctl") or not (home() / "data" / "PG_VERSION").exists():
        return False
    done = run(
        binary("pg_ctl"), "-D", home() / "data", "status", check=False, **_system_user()
    )
    return done.returncode == 0


def start():
    if is_running():
        return
    folder = socket_folder()
    if not folder.exists():  # /tmp is emptied at boot
        folder.mkdir(parents=True, mode=0o700)
        if os.geteuid() == 0:
            run("chown", "postgres:postgres", folder)
    log = home() / "server.log"
    command = [binary("pg_ctl"), "-D", home() / "data", "-l", log, "-w", "start"]
    # Not captured: the server would keep our pipe open for ever.
    done = subprocess.run(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **_system_user(),
    )
    if done.returncode:
        raise DevError(f"PostgreSQL did not start; see {log}")


def stop(mode="fast"):
    if is_running():
        command = [binary("pg_ctl"), "-D", home() / "data", "-m", mode, "-w", "stop"]
        run(*command, **_system_user())


def stop_when_idle():
    """Stop the cluster unless somebody, e.g. a test run, is connected."""
    if is_running():
        others = "datname IS NOT NULL AND pid <> pg_backend_pid()"
        if sql(f"SELECT count(*) FROM pg_stat_activity WHERE {others}") == ["0"]:
            stop()


def psql_command(database="postgres"):
    """Command line of psql for the private cluster."""
    program = _client("psql")
    return [*map(str, [program, *_address()]), "-d", database]


def sql(statement, database="postgres"):
    """Run one statement; returns the lines of the answer."""
    command = [*psql_command(database), "-X", "-A", "-t", "-q", "-c", statement]
    return run(*command, "-v", "ON_ERROR_STOP=1").stdout.splitlines()


@contextmanager
def apart(template):
    """Inside, all here is about a cluster of the caller's own, which may be stopped.

    :param template: the only database that it has, copied from the other cluster
    """
    global _owner
    _remove_leftovers()
    dump = paths.RUN / f"{template}-{os.getpid()}.dump"
    paths.RUN.mkdir(parents=True, exist_ok=True)
    with lock("template"):  # nobody can copy it while it is read
        run(_client("pg_dump"), *_address(), "-Fc", "-Z1", "-f", dump, template)
    _owner = f"-{os.getpid()}"
    try:
        ensure()
        sql(f'CREATE DATABASE "{template}"')
        run(_client("pg_restore"), *_address(), "-d", template, dump)
        yield
    finally:
        dump.unlink()
        _remove(_owner)
        _owner = ""


def _client(name):
    return which(name) or binary(name)


def _address():
    return ["-h", socket_folder(), "-U", USER]


def _remove_leftovers():
    """Remove clusters whose process was killed."""
    for folder in _home().parent.glob(f"{_home().name}-*"):
        owner = folder.name.removeprefix(_home().name)
        if owner[1:].isdigit() and not is_alive(int(owner[1:])):
            _remove(owner)


def _remove(owner):
    global _owner
    before, _owner = _owner, owner
    try:
        stop(mode="immediate")
        rmtree(home(), ignore_errors=True)
        rmtree(socket_folder(), ignore_errors=True)
    finally:
        _owner = before
