"""Namespaces of the invoice schemas, and how a place in a document is named."""

from lxml import etree

FA3 = "http://crd.gov.pl/wzor/2025/06/25/13775/"
FA2 = "http://crd.gov.pl/wzor/2023/06/29/12648/"
SCHEMAS = {FA3: "FA (3)", FA2: "FA (2)"}
LINE_NUMBERS = {"FaWiersz": "NrWierszaFa", "ZamowienieWiersz": "NrWierszaZam"}


def path_of(element):
    """Where an element stands: "Fa/FaWiersz[3]/P_7", the root left out."""
    steps = []
    while (parent := element.getparent()) is not None:
        steps.append(_step(element))
        element = parent
    return "/".join(reversed(steps))


def _step(element):
    name = etree.QName(element).localname
    before = sum(1 for _ in element.itersiblings(element.tag, preceding=True))
    alone = not before and next(element.itersiblings(element.tag), None) is None
    return name if alone else f"{name}[{before + 1}]"
