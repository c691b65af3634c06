"""An invoice from Confirm to the customer's e-mail, in Chromium and in Polish."""

import io
import subprocess
import unittest
from unittest.mock import patch

from PIL import Image

from odoo.tests import tagged

from ..connection.test_tours_connect import LOGIN, TourCase

try:
    import zxingcpp
except ImportError:
    zxingcpp = None


@tagged("post_install_l10n", "post_install", "-at_install")
class TestToursComplete(TourCase):
    def setUp(self):
        super().setUp()
        self.welcomed()
        self.connect()
        self.company.l10n_pl_ksef_send_on_validation = True
        self.new_user("fakturzystka", password="fakturzystka", lang="pl_PL")

    def walk(self, name, invoice, login=LOGIN):
        url = f"/odoo/customer-invoices/{invoice.id}"
        self.start_tour(url, f"l10n_pl_ksef_{name}", login=login)

    def nameless(self):
        return self._partner("Bez Numeru sp. z o.o.", "", vat=False)

    def test_a_billing_user_fills_in_the_legal_basis_on_the_line(self):
        invoice = self.invoice(("Szkolenie", 1, 100, self.tax_zw), post=False)
        self.walk("complete_line", invoice, "fakturzystka")
        self.assertEqual(invoice.l10n_pl_ksef_state, "queued")
        self.assertFalse(invoice._l10n_pl_ksef_problems())

    def test_a_link_turns_to_the_right_page(self):
        invoice = self.invoice(post=False, l10n_pl_ksef_period_from="2026-10-01")
        self.walk("complete_page", invoice)
        self.assertEqual(invoice.state, "draft")

    def test_a_forgotten_nip_is_entered_and_the_invoice_goes_on(self):
        contacts = self.env.ref("base.group_partner_manager")
        self.accountant.group_ids |= contacts
        partner = self.nameless()
        invoice = self.invoice(post=False, partner=partner)
        self.walk("complete_nip", invoice)
        self.assertTrue(partner.vat)
        self.assertEqual(invoice.l10n_pl_ksef_state, "queued")

    def test_a_customer_without_a_nip_is_a_consumer_by_choice(self):
        partner = self.nameless()
        invoice = self.invoice(post=False, partner=partner)
        self.walk("complete_consumer", invoice)
        self.assertTrue(partner.l10n_pl_ksef_is_consumer)
        self.assertEqual(invoice.state, "posted")

    @unittest.skipUnless(zxingcpp, "the Python package zxing-cpp is not installed")
    def test_sent_a_second_after_confirming_the_mails_pdf_has_the_qr_code(self):
        self.customer.email = "odbiorca@example.com"
        invoice = self.invoice(post=False)
        with self.drawn_as_pdf():
            self.walk("send_at_once", invoice)
        mail = invoice.message_ids.filtered(
            lambda m: m.message_type == "comment" and m.partner_ids == self.customer
        )
        (paper,) = mail.attachment_ids
        self.assertEqual(self.codes(paper), {invoice._l10n_pl_ksef_qr_link()})
        self.assertEqual(invoice.l10n_pl_ksef_printed, invoice.l10n_pl_ksef_number)

    def drawn_as_pdf(self):
        """Let Odoo draw PDFs as it does for people; in tests it makes HTML."""
        reports = type(self.env["ir.actions.report"])
        prepare = reports._pre_render_qweb_pdf

        def drawn(report, *args, **kwargs):
            report = report.with_context(force_report_rendering=True)
            return prepare(report, *args, **kwargs)

        return patch.object(reports, "_pre_render_qweb_pdf", drawn)

    def codes(self, paper):
        """Return the texts of the QR codes on a paper, as a telephone reads them."""
        drawn = subprocess.run(
            ["pdftoppm", "-png", "-r", "150"],
            input=paper.raw,
            capture_output=True,
            timeout=600,
            check=True,
        )
        found = zxingcpp.read_barcodes(Image.open(io.BytesIO(drawn.stdout)))
        return {code.text for code in found}

    def test_of_two_in_the_list_the_faulty_one_is_listed(self):
        whole = self.invoice(post=False)
        faulty = self.invoice(("Szkolenie", 1, 100, self.tax_zw), post=False)
        self.start_tour(
            "/odoo/customer-invoices", "l10n_pl_ksef_list_confirm", login=LOGIN
        )
        self.assertEqual((whole.state, faulty.state), ("posted", "draft"))
