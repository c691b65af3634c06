"""Page numbers of a picture.

Debian's wkhtmltopdf has no footers, so the numbers are added to the ready pages: a few
words in a stream of their own beside what was drawn, which is not even unpacked.
"""

import io

from odoo.tools.pdf import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    PdfFileReader,
    PdfFileWriter,
    generic,
)

MARGIN, BASE = 24, 12  # points
SIZE = 8
# Of a point of size: Helvetica's digits and small letters.
LETTER = 0.5
FONT = "/KsefFoot"


def numbered(pdf, text_of, name=None):
    """Return ``pdf`` (bytes) with a number at the foot of each page.

    :param text_of: makes the text of a page from its number and how many there are
    :param name: what stands on the left, so that single pages can be told apart
    """
    source = PdfFileReader(io.BytesIO(pdf))
    writer = PdfFileWriter()
    count = source.getNumPages()
    for at in range(count):
        writer.addPage(source.getPage(at))
    for at in range(count):
        _stamp(writer, writer.getPage(at), text_of(at + 1, count), name or "")
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def _stamp(writer, page, right, left):
    width = float(page.mediaBox.getWidth())
    place = width - MARGIN - len(right) * SIZE * LETTER
    foot = b"Q q 0.35 g %s%s Q" % (_words(MARGIN, left), _words(place, right))
    if "/Contents" not in page or "/Resources" not in page:
        return  # nothing was drawn on it
    drawn = page["/Contents"]
    parts = drawn if isinstance(drawn, ArrayObject) else [page.raw_get("/Contents")]
    page[NameObject("/Contents")] = ArrayObject(
        [_stream(writer, b"q"), *parts, _stream(writer, foot)]
    )
    resources = page["/Resources"]
    if "/Font" not in resources:
        resources[NameObject("/Font")] = DictionaryObject()
    resources["/Font"][NameObject(FONT)] = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
            NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
        }
    )


def _words(left, text):
    """Return the operators that write ``text``; letters that the font lacks are ?."""
    coded = text.encode("cp1252", "replace")
    for sign in (b"\\", b"(", b")"):
        coded = coded.replace(sign, b"\\" + sign)
    return b"BT %s %d Tf %.1f %d Td (%s) Tj ET " % (
        FONT.encode(),
        SIZE,
        left,
        BASE,
        coded,
    )


def _stream(writer, data):
    stream = generic.DecodedStreamObject()
    stream.setData(data)
    return writer._addObject(stream)
