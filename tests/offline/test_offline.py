"""Issued offline: frozen with both QR codes, sent by itself within the deadline."""

from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import UserError

from ...ksef_api import fa3
from ...ksef_api.working_days import offline_deadline
from ...models.times import warsaw_today
from ..common import KsefCase


class OfflineCase(KsefCase):
    def setUp(self):
        super().setUp()
        self.connection = self.connect()
        self.documents = self.env["l10n_pl_ksef.document"].sudo()
        self.move = self.invoice(invoice_date=warsaw_today())

    def add_certificate(self):
        self.upload(type="offline", options={"usage": "offline"}).action_add()

    def window(self, moves=None):
        action = (moves or self.move).action_l10n_pl_ksef_issue_offline()
        return self.env[action["res_model"]].browse(action["res_id"])

    def issue(self, move=None):
        """Issue the invoice offline; return its document."""
        self.add_certificate()
        self.window(move).action_issue()
        return (move or self.move).l10n_pl_ksef_document_ids[:1]

    def html(self):
        reports = self.env["ir.actions.report"]
        html, _type = reports._render_qweb_html("account.report_invoice", self.move.ids)
        return html.decode()


class TestOffline(OfflineCase):
    def test_the_missing_certificate_is_given_on_the_way(self):
        window = self.window()
        self.assertTrue(window.lacks_certificate)
        action = window.action_issue()
        upload = self.env[action["res_model"]].browse(action["res_id"])
        given = self.upload(type="offline", options={"usage": "offline"})
        upload.write(
            {name: given[name] for name in ("certificate_file", "key_file", "password")}
        )
        self.assertFalse(self.move.l10n_pl_ksef_is_offline)
        upload.action_add()
        self.assertEqual(self.move.l10n_pl_ksef_state, "offline")

    def test_it_is_sent_by_itself_as_it_was_frozen(self):
        document = self.issue()
        deadline = offline_deadline(warsaw_today())
        self.assertEqual(self.move.l10n_pl_ksef_deadline, deadline)
        frozen = document.xml_hash
        self.process(self.connection)
        self.assertEqual(self.move.l10n_pl_ksef_state, "accepted")
        self.assertFalse(self.move.l10n_pl_ksef_deadline)
        (held,) = self.sandbox.ledger(self.nip)
        self.assertEqual((held["hash"], held["mode"]), (frozen, "Offline"))

    def test_the_links_of_both_codes_verify(self):
        document = self.issue()
        link = self.move._l10n_pl_ksef_qr_link()
        self.assertEqual(self.verify(link), "not-found")
        self.assertEqual(self.verify(document.certificate_link), "verified")
        self.process(self.connection)
        self.assertEqual(self.verify(link), "found")

    def test_both_codes_stand_on_paper_until_ksef_has_it(self):
        document = self.issue()
        html = self.html()
        self.assertIn("OFFLINE", html)
        self.assertIn("CERTYFIKAT", html)
        self.assertIn(document.certificate_link, html)
        self.assertIn(self.move._l10n_pl_ksef_qr_link(), html)
        self.process(self.connection)
        html = self.html()
        self.assertNotIn("CERTYFIKAT", html)
        self.assertIn(self.move.l10n_pl_ksef_number, html)

    def test_the_customer_gets_the_waiting_mail(self):
        self.company.l10n_pl_ksef_mail_after_number = True
        self.customer.email = "odbiorca@example.com"
        self.assertTrue(self.move._l10n_pl_ksef_mail_waits() is False)
        self.move.sudo().l10n_pl_ksef_waiting_mail = {
            "user_id": self.env.uid,
            "sending_methods": ["email"],
            "mail_partner_ids": self.customer.ids,
            "mail_subject": "Faktura",
            "mail_body": "Faktura",
            "mail_lang": "pl_PL",
            "mail_template": False,
        }
        self.issue()
        self.env["account.move"]._l10n_pl_ksef_cron_mail()
        self.assertFalse(self.move.sudo().l10n_pl_ksef_waiting_mail)
        mails = self.move.message_ids.filtered(lambda m: m.subject == "Faktura")
        self.assertEqual(mails.partner_ids, self.customer)

    def test_several_are_issued_at_once(self):
        moves = self.move | self.invoice(invoice_date=warsaw_today())
        self.add_certificate()
        self.window(moves).action_issue()
        self.assertEqual(moves.mapped("l10n_pl_ksef_state"), ["offline"] * 2)

    # --- what is refused -----------------------------------------------------

    def assertRefused(self, move, sentence):
        with self.assertRaisesRegex(UserError, sentence):
            move.action_l10n_pl_ksef_issue_offline()

    def test_an_invoice_of_a_day_to_come_is_refused(self):
        move = self.invoice(invoice_date=warsaw_today() + timedelta(days=1))
        self.assertRefused(move, "lies ahead")

    def test_an_invoice_whose_deadline_is_over_is_refused(self):
        move = self.invoice(invoice_date=warsaw_today() - timedelta(days=20))
        self.assertRefused(move, "had to be in KSeF by")

    def test_what_was_sent_is_refused(self):
        self.move._l10n_pl_ksef_send()
        self.process(self.connection)
        self.assertRefused(self.move, "have not gone to KSeF yet")

    def test_a_correction_waits_for_the_number_of_its_original(self):
        self.issue()
        self.sandbox.fault(path="/sessions", action="drop_before", times=0)
        credit = self.move._reverse_moves(
            [{"invoice_date": warsaw_today(), "ref": "Zwrot"}]
        )
        credit.action_post()
        self.assertRefused(credit, "has no KSeF number yet")
        self.documents._queue(credit)
        self.process(self.connection)
        document = credit.l10n_pl_ksef_document_ids
        self.assertEqual(document.state, "queued")
        self.assertIn(self.move.name, document.waiting_reason)
        self.sandbox.control("DELETE", "/faults")
        self.process(self.connection)
        self.assertEqual(credit.l10n_pl_ksef_state, "accepted")
        xml = document._xml().decode()
        self.assertIn(self.move.l10n_pl_ksef_number, xml)

    def test_without_a_connection_it_says_so(self):
        self.connection.sudo().action_disconnect()
        self.assertRefused(self.move, "Connect the company")

    # --- what stays as it is -------------------------------------------------

    def test_it_stays_as_issued(self):
        self.issue()
        line = self.move.invoice_line_ids
        for change in (
            lambda: self.move.button_draft(),
            lambda: self.move.write({"invoice_date": "2026-11-03"}),
            lambda: self.move.with_context(force_delete=True).unlink(),
            lambda: line.write({"price_unit": 1}),
            lambda: self.move.write({"line_ids": [Command.delete(line.id)]}),
        ):
            with self.assertRaises(UserError):
                change()
        self.assertFalse(self.move.show_reset_to_draft_button)

    def test_it_counts_in_its_own_environment_only(self):
        document = self.issue()
        self.connection.sudo().environment = "demo"
        self.env.flush_all()
        self.env.invalidate_all()
        self.env["account.move"]._l10n_pl_ksef_recompute_status(self.company)
        self.assertFalse(self.move.l10n_pl_ksef_state)
        another = self.documents._queue(self.move)
        self.assertNotEqual(another, document)
        self.assertEqual(self.documents._due(self.connection, "queued"), another)

    def test_back_in_its_environment_it_is_sent_once(self):
        document = self.issue()
        connection = self.connection.sudo()
        for environment in ("demo", "test"):
            connection.environment = environment
            self.env.flush_all()
            self.env.invalidate_all()
            self.documents._queue(self.move)
        self.assertEqual(len(self.move.l10n_pl_ksef_document_ids), 2)
        self.env["account.move"]._l10n_pl_ksef_recompute_status(self.company)
        self.assertEqual(self.move.l10n_pl_ksef_state, "offline")
        self.process(connection)
        self.assertEqual(document.state, "accepted", document.status_message)
        self.assertEqual(len(self.sandbox.ledger(self.nip)), 1)

    def test_while_nothing_is_connected_it_is_not_queued_again(self):
        document = self.issue()
        self.connection.sudo().action_disconnect()
        self.env.invalidate_all()
        self.assertEqual(self.documents._queue(self.move), document)

    # --- by itself -----------------------------------------------------------

    def silence(self):
        """KSeF answers nobody any more."""
        self.sandbox.fault(path=".*", action="status", status=503, times=0)

    def test_by_itself_when_ksef_does_not_answer_a_person(self):
        self.add_certificate()
        self.company.l10n_pl_ksef_offline_by_itself = True
        self.silence()
        self.move.action_l10n_pl_ksef_send()
        self.assertEqual(self.move.l10n_pl_ksef_state, "offline")

    def test_by_itself_in_the_background_after_a_quarter_of_an_hour(self):
        self.add_certificate()
        self.company.l10n_pl_ksef_offline_by_itself = True
        self.documents._queue(self.move)
        self.silence()
        now = fields.Datetime.now()
        states = []
        for minutes in (0, 10, 20):
            with freeze_time(now + timedelta(minutes=minutes)):
                self.documents._cron_send()
            states.append(self.move.l10n_pl_ksef_state)
        self.assertEqual(states, ["queued", "queued", "offline"])

    def test_not_by_itself_unless_the_company_wants_it(self):
        self.add_certificate()
        self.silence()
        self.move.action_l10n_pl_ksef_send()
        self.assertEqual(self.move.l10n_pl_ksef_state, "queued")

    # --- the deadline is told ------------------------------------------------

    def test_people_are_told_before_the_deadline_and_after_it(self):
        self.issue()
        deadline = self.move.l10n_pl_ksef_deadline
        notification = self.env["l10n_pl_ksef.notification"].sudo()
        told = []
        for days in (-3, -1, 0, 1, 2):
            with freeze_time(deadline + timedelta(days=days, hours=12)):
                notification._watch_offline_invoices()
            told.append(
                self.env["l10n_pl_ksef.notice"]
                .sudo()
                .search_count([("type", "=", "offline_deadline")])
            )
        self.assertEqual(told, [0, 1, 1, 2, 2])


class TestTechnicalCorrection(OfflineCase):
    """Rejected after the customer got it: the same content goes again."""

    def issue_with_a_fault(self):
        """An earlier version wrote a file that KSeF's schema does not take."""

        def write(invoice):
            return right(invoice).replace(b"</Fa>", b"<Obcy/></Fa>")

        right = fa3.write
        schema = type(self.env["l10n_pl_ksef.schema"])
        with (
            patch.object(fa3, "write", write),
            patch.object(schema, "_faults", lambda *args: []),
        ):
            return self.issue()

    def test_it_stays_locked_after_a_rejection(self):
        document = self.issue_with_a_fault()
        self.process(self.connection)
        self.assertEqual(document.state, "rejected")
        self.assertEqual(self.move.l10n_pl_ksef_state, "rejected")
        self.assertIn("technical correction", document.status_message)
        self.assertTrue(self.move.l10n_pl_ksef_deadline)
        with self.assertRaises(UserError):
            self.move.button_draft()
        self.assertFalse(self.move.l10n_pl_ksef_can_issue_offline)

    def test_it_goes_again_as_a_technical_correction(self):
        issued = self.issue_with_a_fault()
        self.process(self.connection)
        link = self.move._l10n_pl_ksef_qr_link()
        self.move._l10n_pl_ksef_send()
        self.process(self.connection)
        correction = self.move.l10n_pl_ksef_document_ids[:1]
        self.assertEqual(correction.state, "accepted", correction.status_message)
        self.assertEqual(correction.corrects_id, issued)
        self.assertNotEqual(correction.xml_hash, issued.xml_hash)
        # The code on the customer's paper leads to the file that KSeF took.
        self.assertEqual(self.verify(link), "corrected")
        self.assertEqual(self.verify(self.move._l10n_pl_ksef_qr_link()), "found")

    def test_while_it_is_on_the_way_the_paper_keeps_its_codes(self):
        issued = self.issue_with_a_fault()
        self.process(self.connection)
        self.documents._queue(self.move)
        self.assertEqual(self.move._l10n_pl_ksef_printed_document(), issued)
        self.assertIn(issued.certificate_link, self.html())

    def test_what_was_wrong_twice_still_corrects_what_was_issued(self):
        issued = self.issue_with_a_fault()
        self.process(self.connection)
        second = self.documents._queue(self.move)
        second.write({"state": "rejected", "status_code": 450, "xml_hash": "x"})
        self.assertEqual(self.documents._queue(self.move).corrects_id, issued)

    def test_it_goes_alone_even_among_many(self):
        self.issue_with_a_fault()
        self.process(self.connection)
        others = [self.invoice(invoice_date=warsaw_today()) for _n in range(3)]
        self.env["ir.config_parameter"].set_param("l10n_pl_ksef.send_many_above", "2")
        moves = self.move.union(*others)
        self.documents._queue(moves)
        self.process(self.connection)
        self.assertEqual(moves.mapped("l10n_pl_ksef_state"), ["accepted"] * 4)

    def test_after_a_lacking_permission_the_very_same_file_goes_again(self):
        document = self.issue()
        document.sudo().write({"state": "rejected", "status_code": 410})
        again = self.documents._queue(self.move)
        self.assertEqual(again.xml_hash, document.xml_hash)
        self.assertFalse(again.corrects_id)
        self.process(self.connection)
        self.assertEqual(again.state, "accepted", again.status_message)
        (held,) = self.sandbox.ledger(self.nip)
        self.assertEqual((held["hash"], held["mode"]), (document.xml_hash, "Offline"))
