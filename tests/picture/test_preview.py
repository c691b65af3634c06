"""The preview: what the buyer will see in KSeF, before the invoice is sent."""

from odoo import Command
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from ...ksef_api import fa3
from ..common import BrowserCase
from ..invoice.case import Fa3Case


class TestPreview(Fa3Case):
    def html(self, move, lang="pl_PL"):
        picture = self.env["l10n_pl_ksef.picture"].with_context(lang=lang)
        return picture._preview_html(move.with_context(lang=lang))

    def test_a_draft_is_shown_as_the_buyer_will_see_it(self):
        move = self.invoice(("Regał dębowy", 2, 100, self.tax_23), post=False)
        html = self.html(move, "en_US")
        for text in ("Preview", "Regał dębowy", self.customer.name, "246.00"):
            self.assertIn(text, html)

    def test_what_is_missing_is_told_above_it(self):
        self.customer.country_id = False
        move = self.invoice(post=False)
        html = self.html(move, "en_US")
        self.assertIn("What is missing", html)
        for problem in move._l10n_pl_ksef_problems():
            self.assertIn(problem.text.replace("'", "&#39;"), html)

    def test_a_draft_without_anything_can_be_shown(self):
        move = self.env["account.move"].create({"move_type": "out_invoice"})
        self.assertIn("Preview", self.html(move, "en_US"))
        line = {"name": "Bez podatku", "price_unit": 5, "tax_ids": [Command.clear()]}
        move.invoice_line_ids = [Command.create(line)]
        self.assertIn("Bez podatku", self.html(move, "en_US"))

    def test_a_sent_invoice_has_no_preview_in_its_picture(self):
        read = self.document(self.invoice())
        picture = self.env["l10n_pl_ksef.picture"]
        html = picture._html(fa3.ReadResult(read, "FA (3)"), "KSEF-1", None)
        self.assertNotIn("Preview", html)


class TestPreviewPage(Fa3Case, BrowserCase):
    def page(self, move, login):
        self.authenticate(login, login)
        return self.url_open(move.action_l10n_pl_ksef_preview()["url"])

    def test_only_who_may_read_the_invoice_sees_its_preview(self):
        move = self.invoice(post=False)
        self.new_user("bookkeeper")
        self.assertEqual(self.page(move, "bookkeeper").content[:5], b"%PDF-")
        new_test_user(
            self.env,
            "storekeeper",
            groups="base.group_user",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        with mute_logger("odoo.http"):
            answer = self.page(move, "storekeeper")
        self.assertEqual(answer.status_code, 403)
        self.assertNotIn(b"%PDF-", answer.content)

    def test_a_vendor_bill_has_no_preview(self):
        bill = self.env["account.move"].create({"move_type": "in_invoice"})
        self.new_user("bookkeeper")
        self.assertEqual(self.page(bill, "bookkeeper").status_code, 404)
