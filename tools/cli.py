"""The verbs of `./dev`."""

import argparse
import sys

from . import setup
from .console import DevError, say


def main(arguments):
    parser = argparse.ArgumentParser(prog="./dev")
    parser.add_argument("verb")
    parser.parse_args(arguments)
    try:
        setup.ensure()
    except DevError as error:
        say(f"\n{error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
