"""FA(3)'s schema, found on the machine: it is not part of the repository."""

import re
from importlib import metadata
from pathlib import Path

from lxml import etree

PACKAGE = "ksef-client"
# Form code of a session -> (file of its schema, names of the parts of a form code)
FORMS = {
    "FA (3)": ("schemat_FA(3)_v1-0E.xsd", ("FA (3)", "1-0E", "FA")),
    "FA (2)": ("schemat_FA(2)_v1-0E.xsd", ("FA (2)", "1-0E", "FA")),
}
PARSER_OPTIONS = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
}


class NoSchema(Exception):
    """There is no FA(3) schema on this machine."""


class _Beside(etree.Resolver):
    """Answers imports by absolute address with the file of the same name."""

    def __init__(self, folder):
        super().__init__()
        self._folder = folder

    def resolve(self, url, _public, context):
        path = self._folder / re.split(r"[/\\]", url)[-1]
        if path.exists():
            return self.resolve_filename(str(path), context)
        raise NoSchema(f"{self._folder} has no {path.name}, which another one imports")


class Schemas:
    """Compiled schemas by form code (`FA (3)`).

    :param folder: where the XSD files are; None for those of the `ksef-client` package
    :raises NoSchema: when there is none for FA(3)
    """

    def __init__(self, folder=None):
        folder = Path(folder) if folder else _packaged()
        self.by_form = {}
        for form, (file, _code) in FORMS.items():
            if (folder / file).exists():
                self.by_form[form] = _compile(folder / file)
        if "FA (3)" not in self.by_form:
            raise NoSchema(f"{folder} has no {FORMS['FA (3)'][0]}")

    def faults(self, form, tree):
        """What the schema finds wrong, one sentence each; empty when valid."""
        schema = self.by_form[form]
        if schema.validate(tree):
            return []
        found = schema.error_log.filter_from_errors()
        return [f"Linia {error.line}: {error.message}" for error in found][:20]


def _compile(path):
    parser = etree.XMLParser(**PARSER_OPTIONS)
    parser.resolvers.add(_Beside(path.parent))
    return etree.XMLSchema(etree.parse(str(path), parser))


def _packaged():
    wanted = FORMS["FA (3)"][0]
    try:
        files = metadata.files(PACKAGE) or []
    except metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == wanted:
            return Path(file.locate()).parent
    raise NoSchema(
        f"The FA(3) schema ({wanted}) was not found: install {PACKAGE}, or name the "
        "folder with the XSD files by --xsd"
    )
