"""Merging and checking translations with polib; runs in `.dev/venv`.

Usage: po.py merge EXPORTED.pot I18N_FOLDER  |  po.py check EXPORTED.pot I18N_FOLDER
"""

import sys
from pathlib import Path

import polib

TEMPLATE = "l10n_pl_ksef.pot"
LANGUAGES = ("pl",)
# Change with every export; they say nothing about the texts.
DATES = ("POT-Creation-Date", "PO-Revision-Date")


def _entries(catalogue):
    """The catalogue as {(context, text): places}, without its dates."""
    return {
        (entry.msgctxt, entry.msgid): (entry.comment, tuple(sorted(entry.occurrences)))
        for entry in catalogue
        if not entry.obsolete
    }


def merge(exported, folder):
    """Write the exported template and bring each language up to it."""
    template = polib.pofile(str(exported))
    for name in DATES:
        template.metadata.pop(name, None)
    folder.mkdir(exist_ok=True)
    template.save(str(folder / TEMPLATE))
    for language in LANGUAGES:
        path = folder / f"{language}.po"
        catalogue = polib.pofile(str(path)) if path.exists() else _new(language)
        catalogue.merge(template)
        for entry in catalogue.obsolete_entries():
            catalogue.remove(entry)
        catalogue.save(str(path))
        missing = len(catalogue.untranslated_entries())
        print(f"{path.name}: {len(catalogue)} texts, {missing} not translated")


def _new(language):
    catalogue = polib.POFile()
    catalogue.metadata = {
        "Project-Id-Version": "Odoo Server 19.0",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
    }
    return catalogue


def check(exported, folder):
    """Print what is missing; returns the number of faults."""
    wanted = _entries(polib.pofile(str(exported)))
    faults = []
    if _entries(polib.pofile(str(folder / TEMPLATE))) != wanted:
        faults.append(f"{TEMPLATE} is not what Odoo exports; run ./dev i18n")
    for language in LANGUAGES:
        catalogue = polib.pofile(str(folder / f"{language}.po"))
        faults += [f"{language}.po: {fault}" for fault in _faults(catalogue, wanted)]
    print("\n".join(faults))
    return len(faults)


def _faults(catalogue, wanted):
    have = _entries(catalogue)
    yield from (f"not there: {text!r}" for _, text in wanted.keys() - have.keys())
    yield from (f"no longer used: {text!r}" for _, text in have.keys() - wanted.keys())
    for entry in catalogue:
        if not entry.translated() and not entry.obsolete:
            state = "fuzzy" if entry.fuzzy else "not translated"
            yield f"{state}: {entry.msgid!r}"


if __name__ == "__main__":
    verb, exported, folder = sys.argv[1:]
    sys.exit(bool({"merge": merge, "check": check}[verb](Path(exported), Path(folder))))
