"""The verbs of `./dev`."""

import argparse
import os
import signal
import sys

from . import postgres, setup
from .console import DevError, say


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
    tests = verb("test", _test, "run the tests: all, parts (api, odoo …) or one file")
    tests.add_argument("selection", nargs="*", help="part, or tests/…py::Class::test")
    tests.add_argument("-k", dest="keyword", default="", help="only tests named so")
    tests.add_argument("-v", dest="verbose", action="store_true")
    psql = verb("psql", _psql, "psql on a database of the private cluster")
    psql.add_argument("database", nargs="?", default="ksef_demo")
    psql.add_argument("options", nargs=argparse.REMAINDER)
    return parser


def _setup(_options):
    template = setup.ensure()
    setup.ensure_programs()
    say(f"Ready: template database {template}, Odoo runs with .dev/odoo.conf")


def _test(options):
    from .testing import test

    return test(options.selection, options.keyword, options.verbose)


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
        return options.action(options) or 0
    except DevError as error:
        say(f"\n{error}")
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
