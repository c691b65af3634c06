"""Page numbers of a picture.

Debian's wkhtmltopdf has no footers, so the numbers are written on the ready pages.
"""

import io

from reportlab.pdfgen.canvas import Canvas

from odoo.tools.pdf import PdfFileReader, PdfFileWriter

MARGIN = 24  # points
LETTERS = ("Helvetica", 8)


def numbered(pdf, text_of, name=None):
    """Return ``pdf`` (bytes) with a number at the foot of each page.

    :param text_of: makes the text of a page from its number and how many there are
    :param name: what stands on the left, so that single pages can be told apart
    """
    source = PdfFileReader(io.BytesIO(pdf))
    pages = [source.getPage(at) for at in range(source.getNumPages())]
    stamps = PdfFileReader(io.BytesIO(_stamps(pages, text_of, name)))
    writer = PdfFileWriter()
    for at, page in enumerate(pages):
        page.mergePage(stamps.getPage(at))
        writer.addPage(page)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def _stamps(pages, text_of, name):
    drawn = io.BytesIO()
    canvas = Canvas(drawn)
    for number, page in enumerate(pages, start=1):
        width, height = page.mediaBox.getWidth(), page.mediaBox.getHeight()
        canvas.setPageSize((float(width), float(height)))
        canvas.setFont(*LETTERS)
        canvas.setFillGray(0.35)
        text = text_of(number, len(pages))
        canvas.drawRightString(float(width) - MARGIN, MARGIN / 2, text)
        canvas.drawString(MARGIN, MARGIN / 2, name or "")
        canvas.showPage()
    canvas.save()
    return drawn.getvalue()
