"""The verbs of `./dev`."""

import argparse
import os
import signal
import subprocess
import sys

from . import paths, postgres, references, services, setup
from .command import environment
from .console import DevError, say

# Verbs that are a script of their own, run in the virtual environment.
SCRIPTS = {
    "bench": ("bench/run.py", "run the benchmarks"),
    "screenshots": ("tools/screenshots.py", "pictures for the documentation"),
    "fuzz": ("tests/sandbox/fuzz.py", "made-up requests to the local KSeF"),
    "manual": ("tools/manual.py", "the manual as pages that Odoo serves"),
}

SOAKS = {"send": "soak_sending.py", "receive": "soak_receiving.py"}


def _parser():
    parser = argparse.ArgumentParser(
        prog="./dev", description="Development of l10n_pl_ksef: all in one command."
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="verb")

    def verb(name, action, text):
        added = verbs.add_parser(name, help=text, description=text)
        added.set_defaults(action=action)
        return added

    verb("setup", _setup, "Odoo, Python, PostgreSQL and the template database")
    demo = verb("demo", _demo, "the main job, done by a real Odoo")
    demo.add_argument("--no-serve", action="store_true", help="stop the servers after")
    verb("up", _up, "Odoo and the local KSeF in the background")
    verb("down", _down, "stop them")
    shell = verb("shell", _shell, "Odoo's Python shell on the demo database")
    shell.add_argument("database", nargs="?", default=services.DEMO_DATABASE)
    sandbox = verb("sandbox", _sandbox, "the local KSeF in the foreground")
    sandbox.add_argument("options", nargs=argparse.REMAINDER, help="for the sandbox")
    for name, (_file, text) in SCRIPTS.items():
        script = verb(name, _script, text)
        script.add_argument("options", nargs=argparse.REMAINDER)
    tests = verb("test", _test, "run the tests: all, parts (api, odoo …) or one file")
    tests.add_argument("selection", nargs="*", help="part, or tests/…py::Class::test")
    tests.add_argument("-k", dest="keyword", default="", help="only tests named so")
    tests.add_argument("-v", dest="verbose", action="store_true")
    _add_with(tests, "official files (xsd/, samples/, upo/) that no package has")
    tests.add_argument("--repeat", type=int, default=1, metavar="N", help="N times")
    tests.add_argument(
        "--busy", action="store_true", help="beside a busy loop on each core"
    )
    soak = verb("soak", _soak, "many hours of sending or receiving under faults")
    soak.add_argument("what", choices=SOAKS)
    soak.add_argument("options", nargs=argparse.REMAINDER, help="see its --help")
    lint = verb("lint", _lint, "check style, translations and what may be committed")
    lint.add_argument("--fix", action="store_true", help="let formatters change files")
    _add_with(lint, "official files, of which none may be in the repository")
    verb("i18n", _i18n, "bring i18n/ up to what Odoo finds to translate")
    psql = verb("psql", _psql, "psql on a database of the private cluster")
    psql.add_argument("database", nargs="?", default=services.DEMO_DATABASE)
    psql.add_argument("options", nargs=argparse.REMAINDER)
    return parser


def _add_with(parser, text):
    parser.add_argument("--with", dest="additions", metavar="FOLDER", help=text)


def _setup(_options):
    template = setup.ensure()
    setup.ensure_programs()
    say(f"Ready: template database {template}, Odoo runs with .dev/odoo.conf")


def _test(options):
    from .testing import test

    return test(options)


def _soak(options):
    setup.ensure()
    script = paths.ROOT / "tests" / "survival" / SOAKS[options.what]
    return _in_foreground([paths.PYTHON, script, *options.options])


def _demo(options):
    from .demo import demo

    demo(serve=not options.no_serve and sys.stdout.isatty())


def _up(_options):
    services.up(setup.ensure())


def _down(_options):
    services.down()
    postgres.stop_when_idle()


def _shell(options):
    setup.ensure()
    command = [paths.ODOO, "shell", "-c", paths.ODOO_CONF, "-d", options.database]
    return _in_foreground([*command, "--no-http"])


def _sandbox(options):
    setup.ensure()
    return _in_foreground(services.sandbox_command(*options.options))


def _script(options):
    file = paths.ROOT / SCRIPTS[options.verb][0]
    if not file.exists():
        raise DevError(f"{file} does not exist yet.")
    setup.ensure()
    return _in_foreground([paths.PYTHON, file, *options.options])


def _in_foreground(command):
    words = [str(word) for word in command]
    return subprocess.run(words, cwd=paths.ROOT, env=environment()).returncode


def _lint(options):
    from .lint import lint

    return lint(options.fix)


def _i18n(_options):
    from .translations import update

    update(setup.ensure())


def _psql(options):
    postgres.ensure()
    command = [*postgres.psql_command(options.database), *options.options]
    os.execv(command[0], command)


def _stop(_signal, _frame):
    """Let `finally` blocks run when somebody ends us."""
    raise SystemExit(130)


def main(arguments):
    """Run one verb; returns the exit code."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _stop)
    try:
        references.add(getattr(options, "additions", None))
        return options.action(options) or 0
    except DevError as error:
        say(f"\n{error}")
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
