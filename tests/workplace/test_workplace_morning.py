from decimal import Decimal

from odoo import Command
from odoo.tests import tagged

from ...ksef_api import fa3
from ..common import BrowserCase, make_nip
from .case import WorkplaceCase

ACCOUNT = "PL61109010140000071219812874"
OTHER = "27114020040000300201355387"
KNOWN = [f"Dostawca {number} S.A." for number in range(8)]


@tagged("post_install_l10n", "post_install", "-at_install")
class TestWorkplaceMorning(WorkplaceCase, BrowserCase):
    """A morning of an accountant, in Polish, in a browser."""

    def setUp(self):
        super().setUp()
        self.company.name = "My"
        self.user = self.person("poranek", "manager", lang="pl_PL", password="poranek")
        self.company.sudo().l10n_pl_ksef_welcomed_user_ids = self.user

    def test_thirty_bills_of_ten_vendors_take_nine_clicks(self):
        self.use("rules", "responsible", "approval", "orders", "products", "signs")
        self.company.write(
            {
                "l10n_pl_ksef_approval_from": 5000,
                "l10n_pl_ksef_approver_id": self.user.id,
            }
        )
        vendors = self.vendors()
        rows = self.arrive(*self.documents(vendors))
        self.assertMade(rows)
        self.assertEqual(len(rows), 30)
        url = "/odoo/ksef-received"
        self.start_tour(url, "l10n_pl_ksef_workplace_morning", login="poranek")
        self.assertEqual(rows.mapped("progress").count("posted"), 29)
        self.assertEqual(rows.mapped("progress").count("not_ours"), 1)
        by_rule = rows.filtered(lambda row: row.seller_name in KNOWN)
        told = by_rule.move_id.mapped("l10n_pl_ksef_rule_text")
        self.assertTrue(all(told))

    def test_rows_are_worked_off_from_the_keyboard(self):
        self.use("responsible")
        rows = self.arrive(
            *(self.document(number=f"K/{number}") for number in (1, 2, 3))
        )
        url = "/odoo/ksef-received"
        self.start_tour(url, "l10n_pl_ksef_workplace_keys", login="poranek")
        self.assertEqual(sorted(rows.mapped("progress")), ["draft", "new", "posted"])

    def vendors(self):
        """Return eight vendors from whom something was bought, each with its rule."""
        vendors = self.env["res.partner"].create(
            [
                {
                    "name": name,
                    "is_company": True,
                    "vat": f"PL{make_nip(name)}",
                    "country_id": self.env.ref("base.pl").id,
                }
                for name in KNOWN
            ]
        )
        self.env["res.partner.bank"].create(
            {"acc_number": ACCOUNT, "partner_id": vendors[0].id}
        )
        for vendor in vendors:
            self.rule(vendor.name, partner_id=vendor.id, account_id=self.office.id)
            self.env["account.move"].create(self.entered(vendor)).action_post()
        return vendors

    def entered(self, vendor):
        line = {
            "name": "Towar",
            "price_unit": 100,
            "tax_ids": [Command.set(self.tax("kraj_23").ids)],
        }
        return {
            "move_type": "in_invoice",
            "partner_id": vendor.id,
            "ref": "OLD",
            "invoice_date": "2026-10-01",
            "invoice_line_ids": [Command.create(line)],
        }

    def of(self, name, number, net, **body):
        """Return an invoice of a vendor for ``net`` zlotys."""
        net = Decimal(net)
        vat = (net * 23 / 100).quantize(Decimal("0.01"))
        values = {"net_23": net, "vat_23": vat, "total": net + vat}
        lines = [self.line(net=str(net))]
        return self.of_vendor(name, number=number, lines=lines, **values, **body)

    def documents(self, vendors):
        """Return thirty documents; the inbox shows the last one first."""
        account = fa3.Payment(accounts=[fa3.BankAccount(number=OTHER)])
        named = fa3.Terms(orders=[fa3.PurchaseOrder(number=self.order(vendors[1]))])
        common = [self.of(KNOWN[at % 8], f"FV/{at}", 100 + at) for at in range(1, 26)]
        return [
            *common,
            self.of(KNOWN[1], "ZAM/1", 300, terms=named),
            self.of("Obcy Pierwszy", "OBCY/1", 201),
            self.of("Obcy Drugi", "OBCY/2", 202),
            self.of(KNOWN[2], "DUZE/1", 9000),
            self.of(KNOWN[0], "ZLE/1", 203, payment=account),
        ]

    def order(self, vendor):
        """Return the number of an order, of Odoo's *purchase* where it is."""
        if "purchase.order" not in self.env:
            return "P00007"
        warehouses = self.env["stock.warehouse"].sudo()
        if not warehouses.search([("company_id", "=", self.company.id)]):
            warehouses.create(
                {"name": "Magazyn", "code": "MAG", "company_id": self.company.id}
            )
        product = self.env["product.product"].create(
            {
                "name": "Towar 1",
                "type": "service",
                "purchase_method": "purchase",
                "supplier_taxes_id": [Command.set(self.tax("kraj_23").ids)],
            }
        )
        line = {"product_id": product.id, "product_qty": 1, "price_unit": 300}
        order = self.env["purchase.order"].create(
            {
                "partner_id": vendor.id,
                "company_id": self.company.id,
                "order_line": [Command.create(line)],
            }
        )
        order.button_confirm()
        return order.name
