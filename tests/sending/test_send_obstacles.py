"""What stands in one invoice's, one session's or one mail's way stops no other."""

from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import UserError

from odoo.addons.account.tests.test_account_move_send import TestAccountMoveSendCommon

from ...ksef_api.errors import NotFound
from ...ksef_api.types import Status
from ...models.offline import res_company as by_itself
from ...models.sending import document_batch, document_status
from ...models.sending import mirror as account_move_mirror
from ...models.times import warsaw_today
from ..common import KsefCase
from ..offline.test_offline import OfflineCase


class ObstacleCase(KsefCase):
    def setUp(self):
        super().setUp()
        self.connection = self.connect()
        self.documents = self.env["l10n_pl_ksef.document"].sudo()
        self.sessions = self.env["l10n_pl_ksef.session"].sudo()

    def package(self, count=3):
        """Return invoices that are on their way in a package."""
        self.env["ir.config_parameter"].set_param(document_batch.MANY_PARAMETER, 2)
        invoices = self.env["account.move"].union(
            *(self.invoice() for _number in range(count))
        )
        self.documents._queue(invoices)
        self.due_now()
        self.documents._process(self.connection)
        session = invoices.sudo().l10n_pl_ksef_document_ids.session_id
        self.assertEqual((session.kind, session.state), ("batch", "processing"))
        return invoices, session


class TestObstacles(ObstacleCase):
    def test_a_session_that_ksef_does_not_show_stops_no_other_sending(self):
        invoices, session = self.package()
        fault = f"/sessions/{session.reference}$"
        self.sandbox.fault(method="GET", path=fault, action="status", status=403)
        other = self.invoice()
        other._l10n_pl_ksef_send()
        self.process(self.connection)
        self.assertEqual(other.l10n_pl_ksef_state, "accepted")
        self.assertEqual(set(invoices.mapped("l10n_pl_ksef_state")), {"accepted"})

    def test_a_failed_package_of_who_may_not_read_goes_again(self):
        invoices, session = self.package()
        # KSeF has them, and forgets the session.
        for path in (f"/sessions/{session.reference}", "/invoices/query/metadata"):
            status = 400 if "sessions" in path else 403
            self.sandbox.fault(path=path, status=status, code=21173, times=0)
        self.process(self.connection, rounds=3)
        self.assertEqual(session.state, "failed")
        self.sandbox.control("DELETE", "/faults")
        self.process(self.connection)
        self.assertEqual(set(invoices.mapped("l10n_pl_ksef_state")), {"accepted"})
        self.assertEqual(len(self.sandbox.ledger(self.nip)), len(invoices))

    def test_the_search_for_files_goes_on_where_the_limit_stopped_it(self):
        invoices, session = self.package()
        path = f"/sessions/{session.reference}"
        self.sandbox.fault(path=path, status=400, code=21173, times=0)
        session.search_page = 7
        asked = []
        client = type(self.connection)._call

        def call(connection, ask):
            if ask.__code__.co_name == "<lambda>" and "query_invoices" in (
                ask.__code__.co_names
            ):
                asked.append(ask.__defaults__[0])
            return client(connection, ask)

        with patch.object(type(self.connection), "_call", call):
            self.process(self.connection, rounds=2)
        self.assertEqual(asked[0], 7)
        self.assertEqual(session.search_page, 0)

    def test_what_ksef_has_judged_is_not_put_off_with_the_rest(self):
        moves = self.invoice() | self.invoice()
        self.documents._queue(moves)
        self.documents._process(self.connection)
        documents = moves.sudo().l10n_pl_ksef_document_ids
        documents[0].write({"state": "accepted", "retry_at": False})
        with documents._asking():
            raise NotFound(http_status=404)
        self.assertFalse(documents[0].status_message)
        self.assertTrue(documents[1].status_message)

    def test_nothing_to_show_is_shown_without_a_fault(self):
        self.env["account.move"]._l10n_pl_ksef_mirror()

    def test_a_key_that_ksef_withdrew_makes_no_package_go_one_by_one(self):
        self.env["ir.config_parameter"].set_param(document_batch.MANY_PARAMETER, 2)
        invoices = self.env["account.move"].union(*(self.invoice() for _n in range(3)))
        self.connection._new_encryption()  # the key is known from here on
        self.sandbox.control("POST", "/keys/rotate", {"withdraw": True})
        invoices._l10n_pl_ksef_send()
        self.process(self.connection)
        documents = invoices.l10n_pl_ksef_document_ids
        self.assertEqual(set(documents.mapped("state")), {"accepted"})
        self.assertFalse(any(documents.mapped("one_by_one")))

    def test_a_lacking_permission_rejects_no_invoice(self):
        moves = self.invoice() | self.invoice()
        self.sandbox.fault(
            method="POST", path="/sessions/online/.*/invoices$", status=403, times=1
        )
        self.documents._queue(moves)
        self.documents._process(self.connection)
        self.assertEqual(set(moves.mapped("l10n_pl_ksef_state")), {"queued"})
        self.process(self.connection)
        self.assertEqual(set(moves.mapped("l10n_pl_ksef_state")), {"accepted"})

    def test_what_ksef_cancels_again_and_again_waits_longer_and_then_for_people(self):
        move = self.invoice()
        status = Status(code=550, description="", details=[], extensions={})
        pauses = []
        for _attempt in range(document_status.MOST_ATTEMPTS + 1):
            document = self.documents._queue(move)
            document.environment = self.connection.environment
            now = fields.Datetime.now()
            document._refuse(status)
            queued = move.l10n_pl_ksef_document_ids.filtered(
                lambda d: d.state == "queued"
            )
            pauses.append(queued and queued.retry_at - now)
        self.assertLess(pauses[0], timedelta(minutes=2))
        self.assertGreater(pauses[-2], timedelta(hours=4))
        self.assertFalse(pauses[-1])
        self.assertEqual(move.l10n_pl_ksef_state, "rejected")

    def test_an_invoice_withdrawn_at_the_last_moment_is_not_sent(self):
        move = self.invoice()
        self.documents._queue(move)
        opened = type(self.sessions)._open_for

        def meanwhile(sessions, connection):
            move.button_draft()
            return opened(sessions, connection)

        with patch.object(type(self.sessions), "_open_for", meanwhile):
            self.documents._process(self.connection)
        self.assertEqual(move.state, "draft")
        self.assertEqual(move.l10n_pl_ksef_document_ids.state, "cancelled")
        self.assertFalse(self.sandbox.ledger(self.nip))


class TestDisconnected(ObstacleCase):
    """The company leaves KSeF's environment; what is there stays as it is."""

    def setUp(self):
        super().setUp()
        self.move = self.invoice()
        self.move._l10n_pl_ksef_send()
        self.process(self.connection)
        self.number = self.move.l10n_pl_ksef_number

    def test_what_ksef_has_stays_locked(self):
        self.connection._disconnect()
        with self.assertRaises(UserError):
            self.move.button_draft()

    def test_what_was_sent_to_try_it_out_binds_nobody_elsewhere(self):
        self.connection._disconnect()
        self.env["l10n_pl_ksef.connection"]._connect(self.company, "demo", "token")
        self.move.button_draft()
        self.assertEqual(self.move.state, "draft")

    def test_what_production_has_stays_locked_whatever_is_tried_out(self):
        self.move.sudo().l10n_pl_ksef_document_ids.environment = "production"
        self.connection._disconnect()
        self.env["l10n_pl_ksef.connection"]._connect(self.company, "demo", "token")
        with self.assertRaises(UserError):
            self.move.button_draft()

    def test_files_of_odoos_own_module_come_and_go_without_being_read(self):
        move, document = self.move, self.move.l10n_pl_ksef_document_ids
        upo = document.upo_file
        messages = len(move.message_ids)
        self.assertEqual(move.l10n_pl_edi_upo_file, upo)

        def never(*_arguments, **_options):
            raise AssertionError("a file was read")

        with (
            patch.object(self.env.registry["ir.attachment"], "_file_read", never),
            patch.object(account_move_mirror, "AT_ONCE", 1),
        ):
            self.connection._disconnect()
            connections = self.env["l10n_pl_ksef.connection"]
            elsewhere = connections._connect(self.company, "demo", "token")
            self.assertFalse(move.l10n_pl_edi_upo_id)
            self.assertFalse(move.l10n_pl_edi_number)
            elsewhere.unlink()
            self.connection.active = True
        self.assertEqual(move.l10n_pl_edi_upo_file, upo)
        self.assertEqual(move.l10n_pl_edi_attachment_file, document.xml_file)
        self.assertEqual(move.l10n_pl_edi_number, self.number)
        self.assertEqual(len(move.message_ids), messages)


class TestWaitingMails(ObstacleCase, TestAccountMoveSendCommon):
    def setUp(self):
        super().setUp()
        self.company.l10n_pl_ksef_mail_after_number = True
        self.customer.email = "odbiorca@example.com"

    def test_odoos_own_cron_leaves_the_mail_to_us(self):
        self.sandbox.knobs(processing_seconds=3600)
        moves = self.invoice() | self.invoice()
        window = self.env["account.move.send.batch.wizard"].create(
            {"move_ids": [Command.set(moves.ids)]}
        )
        window.action_send_and_print(force_synchronous=False)
        # What its cron does, but for the commit.
        send = self.env["account.move.send"]
        send._generate_and_send_invoices(moves, from_cron=True)
        self.assertEqual(set(moves.mapped("l10n_pl_ksef_state")), {"sent"})
        self.assertTrue(all(move.sudo().l10n_pl_ksef_waiting_mail for move in moves))
        self.assertFalse(any(moves.mapped("sending_data")))

    def test_a_mail_that_cannot_be_sent_is_told_and_holds_up_no_other(self):
        moves = self.invoice() | self.invoice()
        moves._l10n_pl_ksef_send()
        self.process(self.connection)
        for move in moves:
            move.sudo().l10n_pl_ksef_waiting_mail = {
                "user_id": self.env.uid,
                "sending_methods": ["email"],
                "mail_partner_ids": self.customer.ids,
            }
        sent = []
        generate = type(self.env["account.move.send"])._generate_and_send_invoices

        def fail_once(send, move, **settings):
            if not sent:
                sent.append(move)
                raise ValueError("Brak szablonu")
            return generate(send, move, **settings)

        with patch.object(
            type(self.env["account.move.send"]),
            "_generate_and_send_invoices",
            fail_once,
        ):
            self.env["account.move"]._l10n_pl_ksef_cron_mail()
        self.assertFalse(any(move.sudo().l10n_pl_ksef_waiting_mail for move in moves))
        self.assertIn("Brak szablonu", str(moves[0].message_ids.mapped("body")))
        self.assertTrue(moves[1].invoice_pdf_report_id)


class TestOfflineByItself(OfflineCase):
    def test_what_cannot_be_issued_does_not_stand_before_what_can(self):
        self.add_certificate()
        self.company.l10n_pl_ksef_offline_by_itself = True
        old = self.invoice(invoice_date=warsaw_today() - timedelta(days=60))
        ahead = self.invoice(invoice_date=warsaw_today() + timedelta(days=5))
        self.documents._queue(old | ahead)
        self.documents._queue(self.move)
        with patch.object(by_itself, "AT_ONCE", 1):
            self.documents._offline_instead(self.connection)
        self.assertEqual(self.move.l10n_pl_ksef_state, "offline")
        self.assertEqual(set((old | ahead).mapped("l10n_pl_ksef_state")), {"queued"})

    def test_a_total_failure_ends_the_duty_for_good(self):
        document = self.issue()
        outages = self.env["l10n_pl_ksef.outage"].sudo()
        now = fields.Datetime.now()
        total, failure = outages.create(
            [
                {
                    "environment": self.connection.environment,
                    "category": category,
                    "title": category,
                    "start": now + timedelta(minutes=after),
                    "end": category == "failure" and now + timedelta(minutes=9),
                }
                for category, after in (("total_failure", 1), ("failure", 5))
            ]
        )
        self.documents._outage_changed(total)
        self.assertFalse(document.deadline)
        self.documents._outage_changed(failure)
        self.assertFalse(document.deadline)
        self.assertEqual(document.outage_id, total)
