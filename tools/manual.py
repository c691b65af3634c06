"""`./dev manual`: the manual (`docs/podrecznik/*.md`) as pages that Odoo serves.

Windows link to them with `HELP` and the name of a page. Pictures stay where they are.
"""

import sys
from pathlib import Path

from markdown_it import MarkdownIt

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools import paths  # noqa: E402

SOURCES = paths.ROOT / "docs" / "podrecznik"
PAGES = paths.ROOT / "static" / "podrecznik"
HELP = "/l10n_pl_ksef/static/podrecznik/"
INDEX = "README"
STATIC = "../../static/"
PAGE = """<!doctype html>
<html lang="pl">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>{title}</title>
    <link rel="stylesheet" href="podrecznik.css" />
  </head>
  <body>
    <nav><a href="index.html">Podręcznik KSeF</a></nav>
    <main>
{body}    </main>
  </body>
</html>
"""


def main():
    """Write every page anew; pages whose source is gone go too."""
    for old in PAGES.glob("*.html"):
        old.unlink()
    for name, html in rendered().items():
        (PAGES / name).write_text(html, encoding="utf-8")


def rendered():
    """Return ``{file name: HTML}`` of all pages."""
    return {page_of(path): _render(path) for path in sorted(SOURCES.glob("*.md"))}


def page_of(source):
    """The name of the page that is made of a source."""
    return ("index" if source.stem == INDEX else source.stem) + ".html"


def links(source):
    """Return what a page refers to: ``[(tag, address)]`` of its links and pictures."""
    return [
        (token.tag, token.attrs["href" if token.tag == "a" else "src"])
        for block in _markdown().parse(source.read_text(encoding="utf-8"))
        for token in block.children or ()
        if token.type in ("link_open", "image")
    ]


def _render(source):
    markdown = _markdown()
    tokens = markdown.parse(source.read_text(encoding="utf-8"))
    for block in tokens:
        for token in block.children or ():
            if token.type == "link_open":
                token.attrs["href"] = _address(token.attrs["href"])
            elif token.type == "image":
                token.attrs["src"] = token.attrs["src"].replace(STATIC, "../")
    title = next(
        following.content
        for heading, following in zip(tokens, tokens[1:], strict=False)
        if heading.type == "heading_open"
    )
    body = markdown.renderer.render(tokens, markdown.options, {})
    return PAGE.format(title=title, body=body)


def _address(target):
    """Where a link of a source leads among the pages."""
    source = SOURCES / target
    return page_of(source) if source.suffix == ".md" else target


def _markdown():
    return MarkdownIt("commonmark").enable("table")


if __name__ == "__main__":
    main()
