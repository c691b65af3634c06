"""What the Ministry's list says of vendors: asked little, kept, never guessed."""

from datetime import timedelta
from types import SimpleNamespace
from unittest.mock import patch

from odoo.exceptions import UserError

from ...models.times import warsaw_today
from ...models.white_list import ask
from ..common import make_nip
from ..payment.case import PaymentCase

ACCOUNT = "61109010140000071219812874"
OTHER_ACCOUNT = "27114020040000300201355387"
VIRTUAL = "24105014160000000000000001"
INVALID = "00105014160000000000000001"


class WhiteListCase(PaymentCase):
    """A vendor with a bank account, whom the list knows."""

    def setUp(self):
        super().setUp()
        self.entries = self.env["l10n_pl_ksef.white.list"].sudo()
        self.today = warsaw_today()
        self.account = self.env["res.partner.bank"].create(
            {"partner_id": self.supplier.id, "acc_number": f"PL{ACCOUNT}"}
        )
        self.know()
        self.sandbox.control("DELETE", "/calls")

    def know(self, **data):
        data.setdefault("accounts", [ACCOUNT])
        self.sandbox.taxpayer(self.supplier_nip, name="Dostawca sp.j.", **data)

    def questions(self):
        """Return the addresses of the questions that the list was asked."""
        calls = self.sandbox.control("GET", "/calls")["items"]
        return [c["path"] for c in calls if c["path"].startswith("/white-list/")]

    def bill(self, **values):
        return self.entered_bill(partner_bank_id=self.account.id, **values)

    def asked(self, nip=None, accounts=()):
        failure = self.entries._ask(
            {nip or self.supplier_nip: set(accounts)}, self.today
        )
        return failure, self.entries._of(nip or self.supplier_nip, self.today)


class TestWhiteList(WhiteListCase):
    def test_what_it_says_is_kept_with_its_proof(self):
        failure, entry = self.asked()
        self.assertEqual((failure, entry.state), ("", "active"))
        self.assertEqual(entry.accounts, ACCOUNT)
        self.assertTrue(entry.request_id)
        self.assertTrue(entry.answered_at)

    def test_nobody_is_asked_for_twice_on_a_day(self):
        self.asked()
        self.asked()
        self.assertEqual(len(self.questions()), 1)

    def test_thirty_vendors_are_one_question(self):
        nips = {make_nip(f"vendor {n}"): set() for n in range(31)}
        self.entries._ask(nips, self.today)
        self.assertEqual(len(self.questions()), 2)
        self.assertEqual(self.entries.search_count([("nip", "in", list(nips))]), 31)

    def test_a_virtual_account_is_asked_for_by_itself_and_once(self):
        self.know(accounts=[], masks=["XX10501416" + "Y" * 16])
        for _time in range(2):
            _failure, entry = self.asked(accounts=[VIRTUAL])
            self.assertEqual(entry._account(VIRTUAL), "listed")
        self.assertEqual(len(self.questions()), 2)
        request, moment = entry._proof(VIRTUAL)
        self.assertNotEqual(request, entry.request_id)
        self.assertTrue(moment)

    def test_an_account_that_is_none_is_not_on_it_and_holds_nothing_up(self):
        self.know(accounts=[], masks=["XX10501416" + "Y" * 16])
        failure, entry = self.asked(accounts=[INVALID])
        self.assertEqual((failure, entry._account(INVALID)), ("", "missing"))
        self.assertFalse(self.entries._paused())

    def test_a_day_that_it_does_not_know_holds_nothing_up(self):
        long_ago = self.today - timedelta(days=3000)
        failure = self.entries._ask({self.supplier_nip: set()}, long_ago)
        self.assertIn("WL-118", failure)
        self.assertEqual(self.asked()[0], "")

    def test_a_nip_that_it_does_not_have_is_absent_not_something_else(self):
        _failure, entry = self.asked(make_nip("nobody"))
        self.assertEqual(entry.state, "absent")

    def test_states_are_of_a_day(self):
        yesterday = self.today - timedelta(days=1)
        self.know(status="Zwolniony", changes={str(self.today): "Czynny"})
        self.entries._ask({self.supplier_nip: set()}, yesterday)
        self.asked()
        states = [
            self.entries._of(self.supplier_nip, day).state
            for day in (yesterday, self.today)
        ]
        self.assertEqual(states, ["exempt", "active"])

    def test_a_used_up_limit_is_told_and_nothing_more_is_asked_that_day(self):
        self.sandbox.knobs(white_list_searches=1)
        self.asked(make_nip("first one"))
        for _time in range(3):
            failure, entry = self.asked()
            self.assertIn("WL-191", failure)
            self.assertFalse(entry)
        self.assertEqual(len(self.questions()), 2)
        self.assertGreater(self.entries._pause_ends().minute, 0)

    def test_the_nightly_renewal_is_told_and_goes_by(self):
        for kind in ("renewed", "lasts"):
            self.env["ir.config_parameter"].set_param(ask.PAUSE, False)
            self.sandbox.knobs(white_list_renewal=kind)
            failure, _entry = self.asked()
            self.assertIn("renewed", failure)
        self.sandbox.knobs(white_list_renewal="")
        self.env["ir.config_parameter"].set_param(
            ask.PAUSE, "2026-01-01 00:00:00 renewal"
        )
        self.assertEqual(self.asked()[0], "")

    def test_silence_is_no_answer(self):
        self.sandbox.fault(path="/white-list/", action="malformed", times=1)
        failure, entry = self.asked()
        self.assertIn("no answer", failure)
        self.assertFalse(entry)
        bill = self.bill()
        self.assertEqual(bill.l10n_pl_ksef_white_list, "Not asked for yet.")
        self.assertEqual(bill.l10n_pl_ksef_white_list_mark, "open")
        self.assertEqual(bill._l10n_pl_ksef_vendor_vat_state(self.today), "unknown")

    def test_of_two_who_ask_at_once_one_does(self):
        with patch.object(ask, "advisory_lock") as lock:
            lock.return_value.__enter__.return_value = False
            self.assertIn("right now", self.asked()[0])
        self.assertFalse(self.questions())


class TestWhiteListOnBills(WhiteListCase):
    def shown(self, bill):
        bill.invalidate_recordset()
        return bill.l10n_pl_ksef_white_list, bill.l10n_pl_ksef_white_list_mark

    def test_an_active_payer_whose_account_is_on_the_list(self):
        bill = self.bill()
        bill.action_l10n_pl_ksef_white_list()
        text, mark = self.shown(bill)
        self.assertEqual(mark, "good")
        self.assertIn("Active VAT payer; account on the list", text)

    def test_an_account_that_is_not_on_it(self):
        self.know(accounts=[OTHER_ACCOUNT])
        bill = self.bill()
        bill.action_l10n_pl_ksef_white_list()
        text, mark = self.shown(bill)
        self.assertEqual(mark, "bad")
        self.assertIn("NOT on the list", text)

    def test_a_failure_is_told_to_who_asked(self):
        self.sandbox.knobs(white_list_renewal="lasts")
        with self.assertRaisesRegex(UserError, "renewed"):
            self.bill().action_l10n_pl_ksef_white_list()

    def test_what_it_says_decides_who_must_give_numbers(self):
        bill = self.vendor_bills({"number": "FV/1"})
        self.know(status="Zwolniony")
        self.asked()
        duty = bill._l10n_pl_ksef_payment_duty
        self.env.ref("l10n_pl_ksef.legal_payment_titles").date = self.today
        self.assertEqual(duty(self.today).kind, "may")
        yesterday = self.today - timedelta(days=1)
        self.env.ref("l10n_pl_ksef.legal_payment_titles").date = yesterday
        self.assertEqual(duty(yesterday).kind, "must")

    def test_foreign_vendors_and_companies_have_nothing_to_do_with_it(self):
        abroad = self.env["res.partner"].create(
            {"name": "GmbH", "country_id": self.env.ref("base.de").id}
        )
        self.assertFalse(self.entered_bill(abroad).l10n_pl_ksef_white_list)
        bill = self.bill()
        self.company.account_fiscal_country_id = self.env.ref("base.de")
        self.assertEqual(self.shown(bill), (False, False))

    def test_what_customers_are_sent_is_not_about_the_list(self):
        self.assertFalse(self.invoice().l10n_pl_ksef_white_list)

    def test_the_newest_answer_is_shown(self):
        yesterday = self.today - timedelta(days=1)
        self.know(status="Zwolniony", changes={str(self.today): "Czynny"})
        bill = self.bill()
        self.entries._ask({self.supplier_nip: set()}, yesterday)
        self.assertIn("exempt", self.shown(bill)[0])
        self.asked()
        self.assertIn("Active", self.shown(bill)[0])

    def test_many_bills_are_one_search(self):
        vendors = [self._partner(f"V{n}", make_nip(f"v{n}")) for n in range(6)]
        bills = self.bill()
        for vendor in vendors:
            bills += self.entered_bill(vendor, ref=vendor.name)
        self.asked()
        self.entries._ask({make_nip("v1"): set()}, self.today)

        def cost(some):
            self.env.flush_all()
            self.env.invalidate_all()
            some.mapped("partner_bank_id.sanitized_acc_number")
            some.mapped("commercial_partner_id.country_code")
            some.mapped("company_id.account_fiscal_country_id.code")
            before = self.env.cr.sql_log_count
            some.mapped("l10n_pl_ksef_white_list")
            return self.env.cr.sql_log_count - before

        cost(bills[:1])
        self.assertEqual(cost(bills[:2]), cost(bills))

    def test_what_is_still_to_be_asked_is_one_search(self):
        nips = [make_nip(f"n{n}") for n in range(5)]
        self.entries._ask({self.supplier_nip: set()}, self.today)
        wanted = {nip: {ACCOUNT} for nip in [self.supplier_nip, *nips]}
        with self.assertQueryCount(1):
            open_questions, _virtual = self.entries._open_questions(wanted, self.today)
        self.assertEqual(open_questions, nips)

    def test_no_list_or_card_of_invoices_computes_it(self):
        views = self.env["ir.ui.view"].search(
            [
                ("model", "=", "account.move"),
                ("type", "in", ("list", "kanban")),
                ("mode", "=", "primary"),
            ]
        )
        self.assertTrue(views)
        for view in views:
            with self.subTest(view.name):
                self.assertNotIn("l10n_pl_ksef_white_list", view.get_combined_arch())


class TestWhiteListByItself(WhiteListCase):
    def cron(self):
        self.env["account.move"]._cron_l10n_pl_ksef_white_list()

    def test_when_bills_come_their_vendors_are_asked_for_in_one_question(self):
        second = self.other_vendor.vat.removeprefix("PL")
        self.vendor_bills({"number": "FV/1"}, {"number": "FV/2", "seller": second})
        cron = self.env.ref("l10n_pl_ksef.ir_cron_white_list")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.assertTrue(triggers)
        self.cron()
        (question,) = self.questions()
        self.assertIn(self.supplier_nip, question)
        self.assertIn(second, question)

    def test_a_company_may_do_without(self):
        self.env["res.company"].search([]).l10n_pl_ksef_white_list_on_arrival = False
        self.vendor_bills({"number": "FV/1"})
        self.cron()
        self.assertFalse(self.questions())

    def test_after_a_failure_it_is_asked_again_later_not_at_once(self):
        self.bill()
        self.sandbox.knobs(white_list_renewal="lasts")
        self.cron()
        self.assertEqual(len(self.questions()), 1)
        cron = self.env.ref("l10n_pl_ksef.ir_cron_white_list")
        trigger = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.assertGreater(max(trigger.mapped("call_at")), self.entries._pause_ends())


class TestBesideOdoosOwn(WhiteListCase):
    """``l10n_pl_bank_verification`` is not in this build: its records are played."""

    def setUp(self):
        super().setUp()
        self.rows = []
        self.verifications = Verifications(self.rows)
        self.patch(
            type(self.entries), "_verifications", lambda _self: self.verifications
        )

    def test_what_it_was_answered_is_not_asked_for_again(self):
        self.rows.append(
            SimpleNamespace(
                partner_vat=self.supplier.vat,
                partner_bank_account_number=f"PL{ACCOUNT}",
                verification_status="valid",
                verification_request_id="abc-1",
                verification_timestamp=self.env.cr.now(),
            )
        )
        _failure, entry = self.asked(accounts=[ACCOUNT])
        self.assertFalse(self.questions())
        self.assertEqual(entry._account(ACCOUNT), "listed")
        self.assertEqual(entry._proof(ACCOUNT)[0], "abc-1")
        self.assertEqual(entry.state, "unknown")

    def test_what_we_were_answered_it_finds(self):
        self.bill()
        self.asked()
        (made,) = self.rows
        self.assertEqual(made["verification_status"], "valid")
        self.assertEqual(made["partner_bank_id"], self.account.id)


class Verifications:
    """As much of Odoo's model as is used."""

    _fields = {"partner_bank_id": None}

    def __init__(self, rows):
        self.rows = rows

    def search(self, _domain):
        return self.rows

    def search_count(self, _domain, limit=None):
        return 0

    def create(self, values):  # pylint: disable=method-required-super
        self.rows.append(values)
