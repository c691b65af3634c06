"""`./dev lint`: OCA's checks for 19.0 and our own, one line each when all is well."""

import subprocess
import time
from shutil import which

from . import paths, repository, setup, translations
from .apt import install_missing
from .command import environment, run
from .console import say, step
from .selection import rooms
from .stamps import digest, is_done, lock, mark_done

NPM_PACKAGES = ("prettier@3.6.2", "@prettier/plugin-xml@3.4.2")
PRETTIER_SUFFIXES = {".xml", ".js", ".scss", ".css", ".yaml", ".yml"}
CONCISE = "--output-format=concise"
# Code that Odoo loads: pylint-odoo's rules are not for the rest.
ODOO_CODE = ("__init__.py", "__manifest__.py", "hooks.py", "models", "wizards")
ODOO_CODE += ("controllers", "report")


def lint(fix=False):
    """Run every check; returns the exit code.

    :param fix: let the formatters change the files
    """
    template = setup.ensure()
    _ensure_prettier()
    checks = {
        "ruff check": lambda: _tool(
            *_ruff("check", "" if fix else "--no-fix", "--output-format=concise")
        ),
        "ruff format": lambda: _tool(*_ruff("format", "" if fix else "--check")),
        "pylint-odoo": _pylint,
        "prettier": lambda: _prettier(fix),
        "repository": repository.faults,
        "translations": lambda: translations.faults(template),
    }
    failed = [name for name, check in checks.items() if not _passes(name, check)]
    say(f"\n{len(checks) - len(failed)} checks passed, {len(failed)} failed")
    return 1 if failed else 0


def _passes(name, check):
    started = time.monotonic()
    faults = check()
    for fault in faults:
        say(f"    {fault}")
    verdict = "FAILED" if faults else "ok"
    say(f"{verdict:<8}{name} ({time.monotonic() - started:.1f} s)")
    return not faults


def _tool(*command):
    """Lines that a linter prints when it finds something."""
    words = [str(word) for word in command if word]
    done = subprocess.run(
        words,
        cwd=paths.ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    lines = (done.stdout + done.stderr).splitlines()
    return (lines or [f"ended with {done.returncode}"]) if done.returncode else []


def _ruff(verb, *options):
    cache = paths.DEV / "ruff_cache"
    return [paths.VENV / "bin" / "ruff", verb, *options, "--cache-dir", cache, "."]


def _pylint():
    # Through the link: pylint-odoo compares imports and xml ids with the folder's name.
    addon = paths.ADDONS / paths.MODULE
    targets = [addon / name for name in ODOO_CODE if _has_python(addon / name)]
    targets += sorted((addon / "tests").glob("*.py"))
    targets += [addon / "tests" / room.name for room in rooms()]
    rcfile = f"--rcfile={paths.ROOT / '.pylintrc'}"
    return _tool(paths.PYTHON, "-m", "pylint", rcfile, *targets)


def _has_python(path):
    return path.is_file() or any(path.glob("*.py"))


def _prettier(fix):
    files = [
        path.relative_to(paths.ROOT)
        for path in repository.tracked_files()
        if path.suffix in PRETTIER_SUFFIXES
    ]
    if not files:
        return []
    modules = paths.NODE / "node_modules"
    plugin = modules / "@prettier/plugin-xml/src/plugin.js"
    command = [modules / ".bin" / "prettier", "--plugin", plugin, "--log-level=warn"]
    return _tool(*command, "--write" if fix else "--check", *files)


def _ensure_prettier():
    with lock("node"):
        key = digest(*NPM_PACKAGES)
        if is_done("node", key):
            return
        with step("Prettier from npm"):
            install_missing({"npm": bool(which("npm"))})
            paths.NODE.mkdir(parents=True, exist_ok=True)
            options = ["--no-audit", "--no-fund", "--prefix", paths.NODE]
            run("npm", "install", *options, *NPM_PACKAGES, cwd=paths.NODE)
        mark_done("node", key)
