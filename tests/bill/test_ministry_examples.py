"""The Ministry's published FA(3) invoices become bills and pictures.

They are not in the repository, nor in a package: ``./dev test --with FOLDER`` reads
those of ``FOLDER/samples``.
"""

import logging
from dataclasses import replace

from odoo.tests import tagged

from ...ksef_api import fa3
from ...tools import references
from .importing import ImportCase

_logger = logging.getLogger(__name__)


@tagged("-standard", "l10n_pl_ksef_official")
class TestMinistryExamples(ImportCase):
    """Read, written again, and in the books with the same total."""

    def setUp(self):
        super().setUp()
        self.files = sorted(references.addition("samples").glob("*.xml"))
        self.assertTrue(self.files, "the folder of --with has no samples")

    def to_us(self, xml):
        """Return the document, issued to our company."""
        document = fa3.read(xml).document
        us = fa3.Identification(nip=self.nip, name="My")
        return replace(document, buyer=replace(document.buyer, identification=us))

    def test_examples_are_read_written_and_made_into_bills(self):
        read = written = bills = 0
        for file in self.files:
            with self.subTest(file.name):
                xml = file.read_bytes()
                result = fa3.read(xml)
                self.assertEqual(result.unknown, [])
                read += 1
                again = fa3.read(fa3.write(result.document)).document
                self.assertEqual(again, result.document)
                written += 1
                document = self.to_us(xml)
                self.env["res.currency"].with_context(active_test=False).search(
                    [("name", "=", document.body.currency)]
                ).active = True
                bill = self.drop(document)
                self.assertEqual(bill.ref, document.body.number)
                sign = -1 if bill.move_type == "in_refund" else 1
                self.assertEqual(
                    bill.currency_id.compare_amounts(
                        sign * bill.amount_total, float(document.body.total)
                    ),
                    0,
                )
                bills += 1
        _logger.info(
            "EXAMPLES %s files: %s read, %s written again, %s made into bills",
            len(self.files),
            read,
            written,
            bills,
        )
        self.assertEqual((read, written, bills), (len(self.files),) * 3)

    def test_examples_are_drawn(self):
        pictures = self.env["l10n_pl_ksef.picture"]
        for file in self.files:
            with self.subTest(file.name):
                result = fa3.read(file.read_bytes())
                html = pictures._html(result)
                self.assertIn(result.document.body.number, html)
                self.assertNotIn("None", html)
        pdf = pictures._pdf(self.files[0].read_bytes())
        self.assertTrue(pdf.startswith(b"%PDF"))
