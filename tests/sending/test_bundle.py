import io
import itertools
import tracemalloc
import zipfile
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.connection.live_record import CHANGED
from ...models.picture import picture
from ...wizards import bundle
from ..common import BrowserCase
from ..receiving.case import ReceivingCase


@tagged("post_install_l10n", "post_install", "-at_install")
class TestBundle(ReceivingCase, BrowserCase):
    """Files of many invoices in one ZIP."""

    def setUp(self):
        super().setUp()
        self.clerk = self.new_user("clerk", password="clerk")

    def sent(self, count=1):
        moves = self.env["account.move"]
        for _number in range(count):
            moves |= self.invoice()
        moves._l10n_pl_ksef_send()
        self.process(self.connection)
        self.assertEqual(set(moves.mapped("l10n_pl_ksef_state")), {"accepted"})
        return moves

    def window(self, moves, user=None, **values):
        env = self.env(user=user or self.clerk)
        return env["l10n_pl_ksef.bundle"].create({"move_ids": moves.ids, **values})

    def downloaded(self, window):
        """Return the archive as the browser of its user gets it."""
        login = window.create_uid.login
        self.authenticate(login, login)
        answer = self.url_open(window.action_download()["url"])
        self.assertEqual(answer.headers["Content-Type"], "application/zip")
        return zipfile.ZipFile(io.BytesIO(answer.content))

    def test_upo_and_files_bear_the_ksef_number_and_are_the_very_bytes(self):
        moves = self.sent(2)
        archive = self.downloaded(self.window(moves))
        numbers = moves.mapped("l10n_pl_ksef_number")
        names = {f"xml/{n}.xml" for n in numbers} | {
            f"upo/{n}.upo.xml" for n in numbers
        }
        self.assertEqual(set(archive.namelist()), names)
        document = moves[0].l10n_pl_ksef_document_ids
        number = document.ksef_number
        self.assertEqual(archive.read(f"xml/{number}.xml"), document._xml())
        self.assertEqual(archive.read(f"upo/{number}.upo.xml"), document._upo())

    def test_bills_from_ksef_have_their_file_and_no_upo_of_ours(self):
        self.sandbox.issue(self.document("FV/7"))
        bill = self.receive(self.connection)
        window = self.window(bill.move_id, with_upo=False)
        archive = self.downloaded(window)
        self.assertEqual(archive.read(f"xml/{bill.ksef_number}.xml"), bill._xml())

    def test_pictures_come_along_when_wanted(self):
        moves = self.sent()
        with patch.object(picture.Picture, "_drawn", lambda *_args: b"%PDF-1.4"):
            archive = self.downloaded(self.window(moves, with_pictures=True))
        name = f"picture/{moves.l10n_pl_ksef_number}.pdf"
        self.assertEqual(archive.read(name), b"%PDF-1.4")

    def test_what_is_missing_is_listed_and_stops_nothing(self):
        unsent, sent = self.invoice(), self.sent()
        archive = self.downloaded(self.window(unsent | sent))
        self.assertIn(f"xml/{sent.l10n_pl_ksef_number}.xml", archive.namelist())
        self.assertIn(unsent.name, archive.read("missing.txt").decode())

    def many(self, count=5):
        """Return a window over more than are made at once: two at a time."""
        self.patch(bundle, "PIECE", 2)
        moves = self.sent(count)
        window = self.window(moves)
        self.assertEqual(window.action_download()["tag"], "display_notification")
        return moves, window

    def works(self, user=None):
        attention = self.env["l10n_pl_ksef.attention"].with_user(user or self.clerk)
        return attention.get_works()

    def test_many_are_made_while_a_bar_moves_and_nobody_waits(self):
        moves, window = self.many()
        (bar,) = self.works()
        self.assertEqual((bar["done"], bar["total"], bar["url"]), (0, 5, False))
        window._make_piece()
        self.assertEqual(self.works()[0]["done"], 2)
        self.assertFalse(self.works(self.new_user("another")))
        self.env["l10n_pl_ksef.bundle"]._cron_make()
        (bar,) = self.works()
        self.assertEqual((bar["done"], bar["url"]), (5, window._url()))

    def test_what_was_made_in_pieces_is_one_zip(self):
        moves, window = self.many()
        self.env["l10n_pl_ksef.bundle"]._cron_make()
        self.authenticate("clerk", "clerk")
        content = self.url_open(window._url()).content
        archive = zipfile.ZipFile(io.BytesIO(content))
        self.assertIsNone(archive.testzip())
        self.assertEqual(len(archive.namelist()), 2 * len(moves))
        for document in moves.l10n_pl_ksef_document_ids:
            name = f"xml/{document.ksef_number}.xml"
            self.assertEqual(archive.read(name), document._xml())
        self.assertFalse(self.works())

    def test_each_piece_is_told_to_whoever_asked(self):
        told = []
        users = type(self.env["res.users"])
        self.patch(users, "_bus_send", lambda user, *said: told.append((user, said)))
        _moves, window = self.many(4)
        told.clear()
        self.env["l10n_pl_ksef.bundle"]._cron_make()
        message = (CHANGED, {"model": window._name, "ids": window.ids})
        self.assertEqual(
            [who for who, said in told if said == message], [self.clerk] * 2
        )

    def test_a_fault_ends_one_zip_and_says_so(self):
        _moves, window = self.many()
        with (
            patch.object(type(window), "_make_piece", side_effect=ValueError),
            mute_logger("odoo.addons.l10n_pl_ksef.models.concurrency"),
        ):
            self.env["l10n_pl_ksef.bundle"]._cron_make()
        self.assertEqual(window.state, "failed")
        self.assertTrue(self.works()[0]["message"])

    def test_what_is_not_ready_is_not_given(self):
        _moves, window = self.many()
        self.authenticate("clerk", "clerk")
        self.assertEqual(self.url_open(window._url()).status_code, 404)

    def test_somebody_elses_window_is_refused(self):
        window = self.window(self.sent())
        self.new_user("other", password="other")
        self.authenticate("other", "other")
        with mute_logger("odoo.http"):
            answer = self.url_open(window.action_download()["url"])
        self.assertNotEqual(answer.headers["Content-Type"], "application/zip")

    def test_memory_stays_flat(self):
        """What is kept per file is a line of the ZIP's table, not the file."""
        moves = self.sent()
        big = b"x" * 1_000_000
        numbers = itertools.count()
        self.patch(
            type(moves),
            "_l10n_pl_ksef_zip_xml",
            lambda move: (f"{next(numbers)}.xml", bytes(bytearray(big))),
        )
        many = moves.browse(moves.ids * 200)
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        many._l10n_pl_ksef_write_zip(io.BytesIO(), ["xml"])
        _now, most = tracemalloc.get_traced_memory()
        self.assertLess(most, 20_000_000)
