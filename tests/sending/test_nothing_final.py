"""Only what is wrong with an invoice keeps it from KSeF; everything else passes.

``TestWalk`` meets every state of a document with every typed error of ``ksef_api`` and
with faults of this server; both lists are found by introspection, so that a new one
turns it red until somebody has said here what it means.
"""

import runpy
from datetime import timedelta
from unittest.mock import patch

import psycopg2
from psycopg2.pool import PoolError

from odoo import SUPERUSER_ID, fields
from odoo.exceptions import AccessError, UserError
from odoo.tools import file_path, mute_logger
from odoo.tools.safe_eval import safe_eval

from ...ksef_api import errors
from ...ksef_api.client import KsefClient
from ...ksef_api.limits import LimitReached
from ...models.concurrency import Busy, Pause, SessionPause, isolated
from ...models.sending.document_batch import MANY_PARAMETER
from ...models.vault.vault import VaultError
from .test_send_obstacles import ObstacleCase

QUIET = mute_logger(
    "odoo.addons.l10n_pl_ksef.models.sending.document_obstacle",
    "odoo.addons.l10n_pl_ksef.models.sending.session_batch",
    "odoo.addons.l10n_pl_ksef.models.concurrency",
)
# One of each typed error, as it may come; what KSeF says with a final code is apart.
TYPED = {
    errors.KsefError: lambda: errors.KsefError(),
    errors.InvalidRequest: lambda: errors.InvalidRequest(codes=[29999]),
    errors.Unauthorized: lambda: errors.Unauthorized(http_status=401),
    errors.Forbidden: lambda: errors.Forbidden(http_status=403),
    errors.NotFound: lambda: errors.NotFound(http_status=404),
    errors.Gone: lambda: errors.Gone(http_status=410),
    errors.RateLimited: lambda: errors.RateLimited(retry_after=60),
    LimitReached: lambda: LimitReached(retry_after=60),
    Busy: lambda: Busy(retry_after=5),
    Pause: lambda: Pause("down", retry_after=60),
    SessionPause: lambda: SessionPause("maintenance", retry_after=60),
    errors.ServerError: lambda: errors.ServerError(http_status=503),
    errors.NoAnswer: lambda: errors.NoAnswer(sent=True),
    errors.BadAnswer: lambda: errors.BadAnswer("not_json"),
    errors.LocalError: lambda: errors.LocalError("anything"),
    errors.DocumentError: lambda: errors.DocumentError("not_xml"),
    errors.CertificateError: lambda: errors.CertificateError("expired"),
    errors.SignatureError: lambda: errors.SignatureError("invalid"),
}
FAULTS = {
    VaultError: lambda: VaultError("damaged"),
    OSError: lambda: OSError(28, "No space left on device"),
    MemoryError: MemoryError,
    PoolError: lambda: PoolError("The Connection Pool Is Full"),
    psycopg2.OperationalError: lambda: psycopg2.OperationalError("conflict"),
    AccessError: lambda: AccessError("no access"),
    ZeroDivisionError: ZeroDivisionError,
}
# What is done in each state; in the others nothing is.
STEPS = {
    "queued": ("freeze", "open", "key", "send"),
    "sending": ("list",),
    "unknown": ("list",),
    "sent": ("status",),
    "accepted": ("upo",),
    "incomplete": (),
    "rejected": (),
    "cancelled": (),
    "outside": (),
}
# Where the state after a fault is another one than before it.
MAY_HAVE_ARRIVED = {
    *(errors.NoAnswer, errors.ServerError, errors.BadAnswer),
    *(OSError, MemoryError, AccessError, ZeroDivisionError),
}
AFTER = {
    # It is the invoice that no file can be made of.
    ("freeze", errors.DocumentError): "incomplete",
    **{("send", error): "unknown" for error in MAY_HAVE_ARRIVED},
}


def typed_errors():
    """All error classes of the add-on that are a ``KsefError``."""
    found, todo = set(), [errors.KsefError]
    while todo:
        error = todo.pop()
        todo += error.__subclasses__()
        if ".tests." not in error.__module__:
            found.add(error)
    return found


class TestWalk(ObstacleCase):
    def setUp(self):
        super().setUp()
        self.env["ir.config_parameter"].set_param(MANY_PARAMETER, 1000)

    def test_every_typed_error_and_every_state_is_in_the_table(self):
        self.assertEqual(typed_errors(), set(TYPED))
        states = dict(self.documents._fields["state"].selection)
        self.assertEqual(set(states), set(STEPS))

    def alone(self, document):
        """Let ``document`` be due and no other."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE l10n_pl_ksef_document SET retry_at = "
            "CASE WHEN id = %s THEN NULL ELSE timestamp '2099-01-01' END",
            [document.id],
        )
        self.env.cr.execute(
            "UPDATE l10n_pl_ksef_connection SET next_call_at = NULL, "
            "limits_asked_at = now() at time zone 'utc'"
        )
        self.env.invalidate_all()

    def work(self, document):
        self.alone(document)
        # As the cron does.
        with isolated(self.env, self.connection):
            self.documents._process(self.connection)

    def brought_to(self, state):
        """Return a new document in ``state`` that has its next step before it."""
        document = self.documents._queue(self.invoice())
        if state in ("sending", "unknown"):
            with patch.object(KsefClient, "send_invoice", side_effect=self.lost()):
                self.work(document)
            self.assertEqual(document.state, "unknown")
            document.state = state
        return document

    def lost(self):
        return errors.NoAnswer(sent=True)

    def failing(self, step, error):
        """Patch what is done in ``step`` so that it raises ``error``."""
        target, name = {
            "freeze": (type(self.documents), "_freeze"),
            "open": (KsefClient, "open_session"),
            "key": (type(self.sessions), "_key"),
            "send": (KsefClient, "send_invoice"),
            "list": (KsefClient, "session_invoices"),
            "status": (KsefClient, "invoice_status"),
            "upo": (KsefClient, "upo_by_number"),
        }[step]
        return patch.object(target, name, side_effect=error)

    def walk(self, state):
        """Meet every error at every step of ``state``; all goes on after it."""
        moves = self.env["account.move"]
        for step in STEPS[state]:
            for kind, make in {**TYPED, **FAULTS}.items():
                with self.subTest(step=step, error=kind.__name__):
                    document = self.brought_to(state)
                    if step == "open":
                        self.sessions.search([]).state = "closed"
                    with self.failing(step, make()):
                        self.work(document)
                        if step == "upo":
                            self.work(document)
                    before = "unknown" if state == "sending" else state
                    expected = AFTER.get((step, kind), before)
                    self.assertEqual(document.state, expected, document.status_message)
                    if expected != "incomplete":
                        moves |= document.move_id
        # The obstacles have passed: all goes on by itself, and nothing goes twice.
        self.process(self.connection)
        self.assertEqual(set(moves.mapped("l10n_pl_ksef_state")), {"accepted"})
        numbers = [line["invoice_number"] for line in self.sandbox.ledger(self.nip)]
        self.assertEqual(sorted(numbers), sorted(moves.mapped("name")))
        self.assertTrue(all(moves.l10n_pl_ksef_document_ids.mapped("upo_file")))

    @QUIET
    def test_no_error_is_the_end_of_what_waits(self):
        self.walk("queued")

    @QUIET
    def test_no_error_is_the_end_of_what_is_being_sent(self):
        self.walk("sending")

    @QUIET
    def test_no_error_is_the_end_of_what_had_no_answer(self):
        self.walk("unknown")

    @QUIET
    def test_no_error_is_the_end_of_what_is_being_checked(self):
        self.walk("sent")

    @QUIET
    def test_no_error_is_the_end_of_the_upo(self):
        self.walk("accepted")

    def test_what_is_over_is_left_alone(self):
        for state in [state for state, steps in STEPS.items() if not steps]:
            document = self.documents._queue(self.invoice())
            document.state = state
            self.sandbox.control("DELETE", "/calls")
            self.work(document)
            self.assertEqual(document.state, state)
            self.assertFalse(self.sandbox.ledger(self.nip))

    @QUIET
    def test_a_session_that_cannot_be_closed_stops_nothing(self):
        for kind, make in {**TYPED, **FAULTS}.items():
            with self.subTest(error=kind.__name__):
                document = self.documents._queue(self.invoice())
                self.process(self.connection, rounds=2)
                self.env.flush_all()
                self.env.cr.execute(
                    "UPDATE l10n_pl_ksef_session SET write_date = '2020-01-01'"
                )
                self.env.cr.execute(
                    "UPDATE l10n_pl_ksef_document SET sent_at = '2020-01-01'"
                )
                self.env.invalidate_all()
                with patch.object(KsefClient, "close_session", side_effect=make()):
                    self.work(document)
                self.assertEqual(document.state, "accepted", document.status_message)
                self.connection.next_call_at = False


class TestFaultsOfOurs(ObstacleCase):
    def held_up(self):
        return self.env["l10n_pl_ksef.notice"].search([("type", "=", "held_up")])

    @QUIET
    def test_a_full_disk_rejects_nothing_is_told_once_and_goes_on_by_itself(self):
        moves = self.env["account.move"].union(*(self.invoice() for _n in range(3)))
        self.documents._queue(moves)
        full = OSError(28, "No space left on device")
        attachments = type(self.env["ir.attachment"])
        with patch.object(attachments, "_file_write", side_effect=full):
            for _round in range(3):
                self.due_now()
                self.documents._process(self.connection)
        documents = moves.sudo().l10n_pl_ksef_document_ids
        self.assertEqual(documents.mapped("state"), ["queued"] * 3)
        self.assertEqual(set(documents.mapped("obstacle_count")), {3})
        self.assertIn("No space left", documents[0].status_message)
        self.assertEqual(self.held_up().mapped("res_id"), self.company.ids)
        self.process(self.connection)
        self.assertEqual(set(moves.mapped("l10n_pl_ksef_state")), {"accepted"})
        self.assertEqual(set(documents.mapped("obstacle_count")), {0})

    @QUIET
    def test_it_waits_longer_each_time(self):
        document = self.documents._queue(self.invoice())
        with patch.object(type(document), "_freeze", side_effect=MemoryError):
            for minutes in (5, 10, 20, 40, 80, 160, 320, 360, 360):
                self.due_now()
                before = fields.Datetime.now()
                self.documents._process(self.connection)
                pause = timedelta(minutes=minutes)
                self.assertGreaterEqual(document.retry_at, before + pause)
                self.assertLessEqual(document.retry_at, fields.Datetime.now() + pause)
        self.assertEqual(document.state, "queued")

    @QUIET
    def test_a_full_disk_keeps_packages_waiting(self):
        self.env["ir.config_parameter"].set_param(MANY_PARAMETER, 2)
        moves = self.env["account.move"].union(*(self.invoice() for _n in range(3)))
        self.documents._queue(moves)
        full = OSError(28, "No space left on device")
        folder = "odoo.addons.l10n_pl_ksef.models.sending.session_batch.tempfile"
        with patch(f"{folder}.TemporaryDirectory", side_effect=full):
            self.documents._process(self.connection)
        documents = moves.sudo().l10n_pl_ksef_document_ids
        self.assertEqual(documents.mapped("state"), ["queued"] * 3)
        self.assertTrue(all(documents.mapped("retry_at")))
        self.assertEqual(len(self.held_up()), 1)
        self.process(self.connection)
        self.assertEqual(set(moves.mapped("l10n_pl_ksef_state")), {"accepted"})

    def test_half_a_file_that_a_full_disk_left_is_no_collision(self):
        attachments = self.env["ir.attachment"]
        content = b"cut short by a full disk"
        checksum = attachments._compute_checksum(content)
        name, path = attachments._get_path(content, checksum)
        marked = type(attachments)._mark_for_gc

        def full(*_args):
            with open(path, "wb") as stream:
                stream.write(content[:5])
            raise OSError(28, "No space left on device")

        with (
            patch.object(type(attachments), "_mark_for_gc", full),
            mute_logger("odoo.addons.base.models.ir_attachment"),
            self.assertRaises(OSError),
        ):
            attachments._file_write(content, checksum)
        self.assertEqual(type(attachments)._mark_for_gc, marked)
        self.assertEqual(attachments._file_write(content, checksum), name)
        self.assertEqual(attachments._file_read(name), content)

    def test_what_the_invoice_lacks_is_to_be_completed(self):
        document = self.documents._queue(self.invoice())
        with patch.object(type(document), "_freeze", side_effect=UserError("Brak")):
            self.documents._process(self.connection)
        self.assertEqual(document.state, "incomplete")
        self.assertEqual(document.status_message, "Brak")


class TestAnswersOfKsef(ObstacleCase):
    INVOICES = "/sessions/online/.*/invoices$"

    def refuse(self, code, times=1):
        self.sandbox.fault(
            method="POST", path=self.INVOICES, status=400, code=code, times=times
        )

    def test_21184_waits_leaves_the_session_and_opens_another_after_a_pause(self):
        moves = self.invoice() | self.invoice()
        self.documents._queue(moves)
        self.refuse(21184)
        self.documents._process(self.connection)
        documents = moves.sudo().l10n_pl_ksef_document_ids.sorted("id")
        self.assertEqual(documents.mapped("state"), ["queued"] * 2)
        self.assertIn("maintenance", documents[0].status_message)
        left = documents.session_id
        self.assertEqual(left.state, "closed")
        # While the pause lasts, no other session is opened.
        documents.retry_at = False
        self.documents._process(self.connection)
        self.assertEqual(documents.mapped("state"), ["queued"] * 2)
        self.assertFalse(self.sessions.search([("id", ">", left.id)]))
        self.process(self.connection)
        self.assertEqual(set(moves.mapped("l10n_pl_ksef_state")), {"accepted"})
        self.assertNotIn(left, documents.session_id)

    def test_an_unknown_400_is_an_obstacle_and_at_last_a_person_is_asked(self):
        move = self.invoice()
        document = self.documents._queue(move)
        self.refuse(29999, times=0)
        for _round in range(20):
            self.due_now()
            self.documents._process(self.connection)
        self.assertEqual(document.state, "queued")
        self.assertTrue(document.needs_person)
        self.assertIn("29999", move.l10n_pl_ksef_message)
        notices = self.env["l10n_pl_ksef.notice"].search([("type", "=", "held_up")])
        self.assertEqual((notices.res_model, notices.res_id), (move._name, move.id))
        hits = self.sandbox.control("GET", "/faults")["faults"][0]["hits"]
        self.assertLess(hits, 20)
        self.sandbox.control("DELETE", "/faults")
        move.action_l10n_pl_ksef_send()
        self.process(self.connection)
        self.assertEqual(move.l10n_pl_ksef_state, "accepted")

    def test_a_code_of_the_closed_table_rejects(self):
        document = self.documents._queue(self.invoice())
        self.refuse(21166)
        self.documents._process(self.connection)
        self.assertEqual((document.state, document.status_code), ("rejected", 21166))

    def test_a_state_that_nobody_has_heard_of_rejects_nothing(self):
        move = self.invoice()
        document = self.documents._queue(move)
        self.documents._process(self.connection)
        status = type("Status", (), {})()
        status.code, status.description = 467, "?"
        status.details, status.extensions = [], {}
        for _round in range(4):
            document._refuse(status)
        self.assertEqual(document.state, "sent")
        self.process(self.connection)
        self.assertEqual(document.state, "accepted")

    def test_a_firewall_makes_no_duplicate_of_our_own_invoice(self):
        move = self.invoice()
        document = self.documents._queue(move)
        document._freeze()
        number = self.sandbox.issue(document._xml())
        for path in ("/invoices/ksef/", "/sessions/[^/]+/invoices$"):
            self.sandbox.fault(method="GET", path=path, status=403, times=0)
        self.process(self.connection, rounds=3)
        self.assertEqual(document.state, "sent")
        self.sandbox.control("DELETE", "/faults")
        self.process(self.connection)
        self.assertEqual(document.ksef_number, number)


class TestLookedAtOnceMore(ObstacleCase):
    def meanwhile(self, act):
        """Let ``act`` happen between the look at what is due and the call."""
        opened = type(self.sessions)._open_for

        def open_for(sessions, connection):
            session = opened(sessions, connection)
            act()
            return session

        with patch.object(type(self.sessions), "_open_for", open_for):
            self.documents._process(self.connection)

    def execute(self, query, record):
        self.env.flush_all()
        self.env.cr.execute(query, [record.id])

    def test_an_invoice_cancelled_behind_our_back_is_not_sent(self):
        move = self.invoice()
        document = self.documents._queue(move)
        cancel = "UPDATE account_move SET state = 'cancel' WHERE id = %s"
        self.meanwhile(lambda: self.execute(cancel, move))
        self.assertEqual(document.state, "cancelled")
        self.assertFalse(self.sandbox.ledger(self.nip))

    def test_an_invoice_of_a_company_archived_meanwhile_waits(self):
        document = self.documents._queue(self.invoice())
        archive = "UPDATE res_company SET active = FALSE WHERE id = %s"
        self.meanwhile(lambda: self.execute(archive, self.company))
        self.assertEqual(document.state, "queued")
        self.assertFalse(self.sandbox.ledger(self.nip))

    def test_an_archived_company_sends_and_fetches_nothing(self):
        self.documents._queue(self.invoice())
        self.env["l10n_pl_ksef.fetch"].sudo()._follow(self.connection)
        self.connection.access_valid_until = "2020-01-01"
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_company SET active = FALSE WHERE id = %s", [self.company.id]
        )
        self.env.invalidate_all()
        self.sandbox.control("DELETE", "/calls")
        crons = self.env["ir.model.data"].search(
            [("module", "=", "l10n_pl_ksef"), ("model", "=", "ir.cron")]
        )
        self.assertGreaterEqual(len(crons), 8)
        as_cron = self.env["ir.cron"].with_user(SUPERUSER_ID)
        with mute_logger("odoo.tools.xml_utils"):  # the Ministry cannot be reached
            for cron in as_cron.browse(crons.mapped("res_id")):
                cron.ir_actions_server_id.run()
        self.assertFalse(self.sandbox.control("GET", "/calls")["total"])

    @QUIET
    def test_a_file_missing_from_the_file_store_is_told_and_never_sent(self):
        moves = self.invoice() | self.invoice() | self.invoice()
        self.documents._queue(moves)
        documents = moves.sudo().l10n_pl_ksef_document_ids
        for document in documents:
            document._freeze()
        lost = documents[0]
        files = self.env["ir.attachment"].sudo()
        domain = [("res_model", "=", lost._name), ("res_field", "=", "xml_file")]
        file = files.search([*domain, ("res_id", "=", lost.id)])
        kept = file.raw
        for many in (10, 2):
            self.env["ir.config_parameter"].set_param(MANY_PARAMETER, many)
            file.raw = b"" if many == 10 else b"another"
            self.env.invalidate_all()
            self.process(self.connection, rounds=4)
            self.assertEqual(lost.state, "queued")
            self.assertIn("file store", lost.status_message)
        others = moves - lost.move_id
        self.assertEqual(set(others.mapped("l10n_pl_ksef_state")), {"accepted"})
        notices = self.env["l10n_pl_ksef.notice"].search([("type", "=", "held_up")])
        self.assertEqual(len(notices), 1)
        file.raw = kept
        self.env.invalidate_all()
        self.process(self.connection)
        self.assertEqual(lost.state, "accepted", lost.status_message)

    @QUIET
    def test_a_lost_file_goes_into_no_package(self):
        self.env["ir.config_parameter"].set_param(MANY_PARAMETER, 2)
        moves = self.env["account.move"].union(*(self.invoice() for _n in range(4)))
        self.documents._queue(moves)
        lost = moves[0].sudo().l10n_pl_ksef_document_ids
        lost._freeze()
        domain = [("res_model", "=", lost._name), ("res_id", "=", lost.id)]
        file = (
            self.env["ir.attachment"]
            .sudo()
            .search([*domain, ("res_field", "=", "xml_file")])
        )
        file.raw = b""
        self.env.invalidate_all()
        self.process(self.connection)
        self.assertEqual(lost.state, "queued")
        states = set((moves - lost.move_id).mapped("l10n_pl_ksef_state"))
        self.assertEqual(states, {"accepted"})


class TestDeleted(ObstacleCase):
    def test_an_invoice_that_only_ever_waited_can_be_deleted(self):
        move = self.invoice()
        document = self.documents._queue(move)
        move.button_draft()
        move.unlink()
        self.env.flush_all()
        self.assertFalse(document.exists())

    def test_an_invoice_that_ksef_never_saw_can_be_deleted_after_a_rejection(self):
        move = self.invoice()
        self.documents._queue(move)._reject("Brak")
        move.button_draft()
        move.unlink()
        self.env.flush_all()
        self.assertFalse(move.exists())

    def test_the_history_of_what_was_sent_is_not_deleted(self):
        move = self.invoice()
        move._l10n_pl_ksef_send()
        document = move.sudo().l10n_pl_ksef_document_ids
        document.state = "rejected"
        move.button_draft()
        with self.assertRaisesRegex(UserError, "history"):
            move.unlink()


class TestEndedOnPurpose(ObstacleCase):
    def setUp(self):
        super().setUp()
        self.move = self.invoice()
        self.move._l10n_pl_ksef_send()
        self.process(self.connection)

    def shown(self):
        move = self.move
        return {
            "state": move.l10n_pl_ksef_state,
            "number": move.l10n_pl_ksef_number,
            "qr": move._l10n_pl_ksef_qr_link(),
            "can_send": move.l10n_pl_ksef_can_send,
            "edi": (
                move.l10n_pl_edi_status,
                move.l10n_pl_edi_number,
                move.l10n_pl_edi_ref,
                move.l10n_pl_edi_session_id,
                move.l10n_pl_edi_upo_file,
                move.l10n_pl_edi_attachment_file,
            ),
        }

    def test_numbers_states_and_qr_codes_stay_after_a_connection_is_ended(self):
        before = self.shown()
        self.assertTrue(before["number"] and before["qr"] and all(before["edi"]))
        self.connection.action_disconnect()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.shown(), before)
        self.assertEqual(self.verify(before["qr"]), "found")

    def test_an_update_brings_back_what_went_away_with_the_connection(self):
        before = self.shown()
        self.connection.action_disconnect()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move SET l10n_pl_ksef_state = NULL, "
            "l10n_pl_ksef_number = NULL, l10n_pl_edi_number = NULL WHERE id = %s",
            [self.move.id],
        )
        self.env.invalidate_all()
        script = "migrations/19.0.2.0.0/post-last-environment.py"
        path = file_path(f"l10n_pl_ksef/{script}")
        runpy.run_path(path)["migrate"](self.env.cr, "19.0.1.1.0")
        self.assertEqual(self.shown(), before)

    def test_what_production_accepted_is_never_sendable_again(self):
        document = self.move.sudo().l10n_pl_ksef_document_ids
        self.connection.environment = document.environment = "production"
        connections = self.env["l10n_pl_ksef.connection"]
        number = self.move.l10n_pl_ksef_number
        self.connection._disconnect()
        for environment in ("demo", "test", "production"):
            connection = connections._connect(self.company, environment, "token")
            self.env.flush_all()
            self.env.invalidate_all()
            with self.subTest(environment=environment):
                self.assertFalse(self.move.l10n_pl_ksef_can_send)
                self.assertEqual(self.move.l10n_pl_ksef_number, number)
                self.assertEqual(self.move.l10n_pl_edi_number, number)
                self.assertFalse(self.documents._queue(self.move))
                self.move.action_l10n_pl_ksef_send()  # says that it is in KSeF
                self.assertEqual(self.move.sudo().l10n_pl_ksef_document_ids, document)
            connection._disconnect()


class TestSmall(ObstacleCase):
    def test_an_ordinary_invoice_tells_nothing_about_offline(self):
        self.assertIs(self.invoice().l10n_pl_ksef_offline_text, False)

    def test_the_instructions_have_a_telling_name(self):
        report = self.env.ref("l10n_pl_ksef.action_report_sign_instructions")
        # As Odoo's controller names the download.
        name = safe_eval(report.print_report_name, {"object": self.connection})
        self.assertEqual(name, f"KSeF - how to sign the file ({self.nip})")
