"""`./dev test`: every part, beside each other, one summary, one exit code."""

from functools import partial

from . import database, odoo_tests, paths, setup
from .parts import Part, busy, merged, run_all
from .pytest_tests import run_folder
from .results import summarize
from .selection import BARE, OFFICIAL, parse

# Interpreters a part runs under, when not only under the main one.
INTERPRETERS = {
    "interop": {
        "ksef-client 0.14": paths.VENV,
        "ksef-client 0.20": paths.VENV_KSEF_CLIENT,
    },
    "wheel": {"": paths.VENV_WHEEL},
}
# Parts whose files have worlds of their own and run beside each other.
SPLIT = ("survival",)


def test(options):
    """Run the selected tests; returns the exit code.

    :param options: of the command line, see `cli`
    """
    chosen = parse(options.selection, options.keyword, bool(options.additions))
    template = setup.ensure()
    setup.ensure_programs()
    # What needs the add-on installed comes after what does not; long before short.
    parts = [
        *_installation(chosen, template),
        *_pytest_parts(chosen, "-v" if options.verbose else "-q"),
        *_odoo_parts(chosen, template),
    ]
    with busy(options.busy):
        results = run_all(parts * options.repeat)
    return summarize(merged(results))


def _pytest_parts(chosen, *options):
    if chosen.keyword:
        options += ("-k", chosen.keyword)
    for part, targets in chosen.pytest.items():
        folder = paths.ROOT / "tests" / part
        named = {part: targets}
        if part in SPLIT and targets == [str(folder)]:
            files = sorted(folder.glob("test_*.py"))
            named = {f"{part} ({_stem(file)})": [file] for file in files}
        for name, arguments in named.items():
            for version, venv in INTERPRETERS.get(part, {"": paths.VENV}).items():
                full = f"{name} ({version})" if version else name
                run = partial(run_folder, folder, [*arguments, *options], venv)
                yield Part(full, run)


def _stem(file):
    return file.stem.removeprefix("test_")


def _installation(chosen, template):
    if chosen.odoo:
        yield Part("installation", partial(odoo_tests.install, template))


def _odoo_parts(chosen, template):
    for room in sorted(chosen.odoo, key=_size, reverse=True):
        yield Part(room, partial(odoo_tests.run, template, chosen.odoo[room]))
    if chosen.official:
        run = partial(odoo_tests.run, template, chosen.official)
        yield Part(f"{OFFICIAL} (Odoo)", run)
    if chosen.bare:
        bare = database.bare_template()
        yield Part(BARE, partial(odoo_tests.run_bare, bare, chosen.bare))


def _size(room):
    files = (paths.ROOT / "tests" / room).glob("*.py")
    return sum(file.stat().st_size for file in files)
