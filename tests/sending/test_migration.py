"""What 19.0.2.0.0 makes of a database of the version before."""

from datetime import timedelta
from runpy import run_path

from odoo.tools import file_path

from ..common import KsefCase

FOLDER = "l10n_pl_ksef/migrations/19.0.2.0.0"


class TestMigration(KsefCase):
    def setUp(self):
        super().setUp()
        self.connection = self.connect()

    def migrate(self, name):
        self.env.flush_all()
        script = file_path(f"{FOLDER}/post-{name}.py")
        run_path(script)["migrate"](self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()

    def accepted(self):
        invoice = self.invoice()
        invoice._l10n_pl_ksef_send()
        self.process(self.connection)
        return invoice

    def store_pdf(self, invoice, made):
        paper = self.env["ir.attachment"].create(
            {
                "name": "faktura.pdf",
                "raw": b"%PDF-",
                "res_model": "account.move",
                "res_id": invoice.id,
                "res_field": "invoice_pdf_report_file",
            }
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE ir_attachment SET create_date = %s WHERE id = %s", [made, paper.id]
        )

    def test_what_ksef_never_saw_is_to_complete(self):
        invoice, seen = self.invoice(("A", 1, 10, self.tax_zw)), self.invoice()
        documents = self.env["l10n_pl_ksef.document"]._queue(invoice | seen)
        documents.write({"state": "rejected"})
        documents.filtered(lambda d: d.move_id == seen).status_code = 430
        self.migrate("incomplete")
        self.assertEqual(invoice.l10n_pl_ksef_state, "incomplete")
        self.assertFalse(invoice.l10n_pl_edi_status)
        self.assertEqual(seen.l10n_pl_ksef_state, "rejected")

    def test_companies_mail_after_the_number(self):
        self.company.l10n_pl_ksef_mail_after_number = False
        self.migrate("mail-after-number")
        self.assertTrue(self.company.l10n_pl_ksef_mail_after_number)

    def test_stored_pdfs_are_told_apart(self):
        before, about, after = (self.accepted() for _each in range(3))
        never = self.invoice()
        moment = before.l10n_pl_ksef_document_ids.accepted_at
        self.store_pdf(before, moment - timedelta(hours=1))
        self.store_pdf(about, moment + timedelta(minutes=1))
        self.store_pdf(after, moment + timedelta(days=1))
        self.store_pdf(never, moment)
        self.migrate("paper")
        self.assertEqual(before.l10n_pl_ksef_printed, "-")
        self.assertEqual(about.l10n_pl_ksef_printed, "?")
        self.assertEqual(after.l10n_pl_ksef_printed, after.l10n_pl_ksef_number)
        self.assertEqual(never.l10n_pl_ksef_printed, "-")
