"""Bills are paid in Chromium, by a Polish accountant."""

from odoo.tests import tagged

from ..common import BrowserCase
from .case import PaymentCase

LOGIN = "platniczka"
ACCOUNT, ELSEWHERE = "61109010140000071219812874", "27114020040000300201355387"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestToursPayment(PaymentCase, BrowserCase):
    def setUp(self):
        super().setUp()
        accountant = self.new_user(
            LOGIN, "account_manager", password=LOGIN, lang="pl_PL"
        )
        self.company.sudo().l10n_pl_ksef_welcomed_user_ids = accountant
        # As from New Year's Day on.
        self.env.ref("l10n_pl_ksef.legal_payment_titles").date = "2026-11-01"

    def walk(self, name, url):
        self.start_tour(url, f"l10n_pl_ksef_{name}", login=LOGIN)

    def in_ksef(self):
        return self.sandbox.control("GET", "/collectives")["collectives"]

    def test_four_bills_of_two_vendors_are_two_transfers(self):
        bills = self.vendor_bills(
            {"number": "FV/1"},
            {"number": "FV/2", "net": "50.00"},
            {"number": "FV/3"},
            {
                "number": "FV/OSOBNA",
                "seller": self.other_vendor.vat.removeprefix("PL"),
            },
        )
        three, single = bills[:3], bills[3]
        self.walk("pay_several", "/odoo/vendor-bills")
        first, second = three.matched_payment_ids, single.matched_payment_ids
        (made,) = self.in_ksef()
        self.assertEqual(len(first), 1)
        self.assertEqual(first.memo[:35], made["number"])
        self.assertEqual(
            made["invoices"],
            {bill.l10n_pl_ksef_number: bill.amount_total for bill in three},
        )
        self.assertEqual(second.memo, f"{single.l10n_pl_ksef_number} FV/OSOBNA")

    def test_a_bill_with_split_payment_to_the_character(self):
        bill = self.vendor_bills({"number": "FV/1", "net": "15000.00"})
        bill.l10n_pl_ksef_split_payment = True
        self.walk("pay_split", f"/odoo/vendor-bills/{bill.id}")
        number = bill.l10n_pl_ksef_number
        self.assertEqual(
            bill.matched_payment_ids.memo,
            f"/VAT/3450,00/IDC/{self.supplier_nip}/INV/{number}/TXT/FV 1",
        )

    def test_a_warning_of_the_white_list_is_read_and_confirmed(self):
        bill = self.vendor_bills({"number": "FV/1", "net": "15000.00"})
        bill.partner_bank_id = self.env["res.partner.bank"].create(
            {
                "partner_id": bill.partner_id.id,
                "acc_number": f"PL{ACCOUNT}",
                "allow_out_payment": True,
            }
        )
        self.sandbox.taxpayer(self.supplier_nip, accounts=[ELSEWHERE])
        bill.action_l10n_pl_ksef_white_list()
        self.walk("pay_unlisted", f"/odoo/vendor-bills/{bill.id}")
        payment = bill.matched_payment_ids
        self.assertEqual(payment.l10n_pl_ksef_list_confirmed_id.login, LOGIN)
        self.assertTrue(payment.l10n_pl_ksef_list_request)
