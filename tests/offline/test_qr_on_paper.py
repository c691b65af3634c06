"""The QR codes on the printed invoice, read as a telephone reads them."""

import io
import subprocess
import unittest

import requests
from PIL import Image

from .test_offline import OfflineCase

try:
    import zxingcpp
except ImportError:
    zxingcpp = None


@unittest.skipUnless(zxingcpp, "the Python package zxing-cpp is not installed")
class TestQrOnPaper(OfflineCase):
    def codes(self):
        """Return the texts of all QR codes on the invoice as it is printed."""
        # Odoo draws no pictures in tests; this is the program that it would call.
        command = ["wkhtmltoimage", "--quiet", "--load-error-handling", "ignore"]
        drawn = subprocess.run(
            [*command, "--width", "1000", "--format", "png", "-", "-"],
            input=self.html().encode(),
            capture_output=True,
            timeout=600,
            check=False,
        )
        found = zxingcpp.read_barcodes(Image.open(io.BytesIO(drawn.stdout)))
        return {code.text for code in found}

    def test_both_codes_of_an_offline_invoice_lead_to_ksef(self):
        document = self.issue()
        links = self.codes()
        self.assertEqual(
            links, {self.move._l10n_pl_ksef_qr_link(), document.certificate_link}
        )

    def test_the_code_of_a_sent_invoice_is_found_in_ksef(self):
        self.move._l10n_pl_ksef_send()
        self.process(self.connection)
        (link,) = self.codes()
        page = requests.get(link, timeout=300).text
        self.assertIn('data-result="found"', page)
        self.assertIn(self.move.l10n_pl_ksef_number, page)
