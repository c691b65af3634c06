"""The official receipt: kept as it was signed, and shown so that people can read it."""

import io

from odoo.exceptions import UserError
from odoo.tools.pdf import PdfFileReader

from ...ksef_api.errors import BadAnswer
from ..common import KsefCase


class TestUpo(KsefCase):
    def setUp(self):
        super().setUp()
        self.connection = self.connect()

    def sent(self, **values):
        move = self.invoice(**values)
        move._l10n_pl_ksef_send()
        self.process(self.connection)
        return move

    def test_the_pdf_says_what_the_receipt_says(self):
        move = self.sent()
        values = move.l10n_pl_ksef_document_ids._upo_values()
        self.assertEqual(values["entry"].ksef_number, move.l10n_pl_ksef_number)
        html = str(self.env["ir.qweb"]._render("l10n_pl_ksef.upo", values))
        for text in (move.name, self.nip, move.l10n_pl_ksef_document_ids.xml_hash):
            self.assertIn(text, html)

    def test_the_button_opens_the_pdf_and_keeps_it(self):
        move = self.sent()
        self.assertTrue(move.l10n_pl_ksef_has_upo)
        first, second = (move.action_l10n_pl_ksef_upo() for _click in range(2))
        self.assertEqual(first["url"], second["url"])
        attachment = self.env["ir.attachment"].browse(int(first["url"].split("/")[3]))
        self.assertEqual(len(PdfFileReader(io.BytesIO(attachment.raw)).pages), 1)

    def test_of_a_batch_each_invoice_shows_its_own(self):
        self.env["ir.config_parameter"].set_param("l10n_pl_ksef.send_many_above", "1")
        moves = self.env["account.move"].union(*(self.invoice() for _n in range(3)))
        moves._l10n_pl_ksef_send()
        self.process(self.connection)
        documents = moves.l10n_pl_ksef_document_ids
        shown = {d._upo_values()["entry"].invoice_number for d in documents}
        self.assertEqual(shown, set(moves.mapped("name")))

    def test_it_is_kept_byte_for_byte_and_none_of_another_invoice(self):
        moves = self.sent() | self.sent()
        mine, other = moves.sudo().l10n_pl_ksef_document_ids.sorted("id")
        served = self.connection._call(
            lambda client: client.upo_by_number(
                other.session_reference, other.ksef_number
            )
        )
        self.assertEqual(other._upo(), served.content)
        kept = mine._upo()
        with self.assertRaises(BadAnswer):
            mine._store_upo(served)
        self.assertEqual(mine._upo(), kept)

    def test_before_ksef_has_made_it_there_is_none(self):
        document = self.env["l10n_pl_ksef.document"]._queue(self.invoice())
        with self.assertRaisesRegex(UserError, "has not made the UPO"):
            document.action_upo_picture()

    def test_one_that_came_damaged_is_not_kept_but_fetched_again(self):
        fault = self.sandbox.fault(path="/upo", action="corrupt")
        move = self.sent()
        self.assertTrue(fault)
        self.assertEqual(self.sandbox.control("GET", "/faults")["faults"][0]["hits"], 1)
        self.assertTrue(move.l10n_pl_ksef_document_ids.upo_file)
