"""The manual in Polish: whole, with its pictures, and as Odoo serves it."""

import re

import pytest

from tools import manual, paths

SOURCES = sorted(manual.SOURCES.glob("*.md"))
LAW = re.compile(r"\bart\. ?\d|\bustawy o\b|\bJPK")
AS_OF = re.compile(r"\*Stan prawny na \d{1,2}\.\d{1,2}\.\d{4}")
LINK = re.compile(re.escape(manual.HELP) + r"([\w.-]*)")


def named(sources):
    return pytest.mark.parametrize("source", sources, ids=lambda path: path.stem)


@named(SOURCES)
def test_what_a_page_refers_to_is_there(source):
    gone = [
        address
        for _tag, address in manual.links(source)
        if "://" not in address and not (source.parent / address).is_file()
    ]
    assert not gone


@named([path for path in SOURCES if path.stem != manual.INDEX])
def test_a_page_is_in_the_table_of_contents(source):
    index = manual.SOURCES / f"{manual.INDEX}.md"
    assert source.name in [address for _tag, address in manual.links(index)]


@named([path for path in SOURCES if LAW.search(path.read_text())])
def test_what_is_said_of_the_law_has_its_day(source):
    assert AS_OF.search(source.read_text())


def test_odoo_serves_the_pages_as_they_are_written():
    served = {path.name: path.read_text() for path in manual.PAGES.glob("*.html")}
    assert served == manual.rendered(), "run ./dev manual"


def test_windows_link_to_pages_that_are_there():
    pages = set(manual.rendered())
    files = [
        path
        for part in ("views", "wizards", "models", "static/src")
        for path in (paths.ROOT / part).rglob("*")
        if path.suffix in (".xml", ".py", ".js")
    ]
    linked = {page for path in files for page in LINK.findall(path.read_text())}
    assert linked - pages == set()
    assert linked, "no window links to the manual"
