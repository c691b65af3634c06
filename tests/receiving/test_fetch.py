from datetime import date, datetime, timezone
from decimal import Decimal

from ...ksef_api import fa3
from ..common import KsefCase


class TestFetch(KsefCase):
    def setUp(self):
        super().setUp()
        self.connection = self.connect()
        self.supplier_nip = self.supplier.vat.removeprefix("PL")

    def document(self, number, **body):
        """Return an invoice of our supplier, as another program would write it."""
        values = {
            "currency": "PLN",
            "issue_date": date(2026, 11, 2),
            "number": number,
            "net_23": Decimal("200.00"),
            "vat_23": Decimal("46.00"),
            "total": Decimal("246.00"),
            "annotations": fa3.Annotations(),
            "kind": fa3.InvoiceKind.SALE,
            "lines": [
                fa3.Line(
                    number=1,
                    name="Papier",
                    unit="szt.",
                    quantity=Decimal(4),
                    unit_price_net=Decimal(50),
                    net=Decimal("200.00"),
                    rate=fa3.Rate.VAT_23,
                )
            ],
        }
        address = fa3.Address(country="PL", line1="ul. Długa 1", line2="80-001 Gdańsk")
        return fa3.write(
            fa3.Invoice(
                header=fa3.Header(created_at=datetime.now(timezone.utc), system="X"),
                seller=fa3.Seller(
                    identification=fa3.SellerIdentification(
                        nip=self.supplier_nip, name="Dostawca sp.j."
                    ),
                    address=address,
                ),
                buyer=fa3.Buyer(
                    identification=fa3.Identification(nip=self.nip, name="My"),
                    address=address,
                ),
                body=fa3.Body(**{**values, **body}),
            )
        )

    def fetch(self):
        return self.receive(self.connection)

    def test_a_suppliers_invoice_becomes_a_bill(self):
        number = self.sandbox.issue(self.document("FV/1"))
        bill = self.fetch()
        self.assertEqual(bill.state, "imported", bill.status_message)
        self.assertRecordValues(
            bill.move_id,
            [
                {
                    "move_type": "in_invoice",
                    "ref": "FV/1",
                    "partner_id": self.supplier.id,
                    "invoice_date": date(2026, 11, 2),
                    "amount_untaxed": 200,
                    "amount_tax": 46,
                    "amount_total": 246,
                    "l10n_pl_ksef_number": number,
                    "company_id": self.company.id,
                }
            ],
        )
        self.assertRecordValues(
            bill.move_id.invoice_line_ids,
            [{"name": "Papier", "quantity": 4, "price_unit": 50}],
        )

    def test_fetching_again_doubles_nothing(self):
        self.sandbox.issue(self.document("FV/1"))
        self.fetch()
        self.assertEqual(len(self.fetch()), 1)

    def test_an_unknown_supplier_is_made(self):
        self.supplier.vat = False
        self.sandbox.issue(self.document("FV/1"))
        partner = self.fetch().move_id.partner_id
        self.assertEqual(partner.name, "Dostawca sp.j.")
        self.assertNotEqual(partner, self.supplier)

    def test_the_total_is_that_of_the_document_whatever_odoo_rounds(self):
        self.sandbox.issue(
            self.document("FV/1", vat_23=Decimal("46.01"), total=Decimal("246.01"))
        )
        self.assertEqual(self.fetch().move_id.amount_total, 246.01)

    def test_one_bad_document_does_not_stop_the_others(self):
        currency = self.env.ref("base.SEK")
        currency.active = False
        self.sandbox.issue(self.document("FV/1", currency="SEK"))
        self.sandbox.issue(self.document("FV/2"))
        bad, good = self.fetch()
        self.assertEqual((bad.state, good.state), ("error", "imported"))
        self.assertIn("SEK", bad.status_message)
        self.assertFalse(bad.move_id)

    def test_a_failed_download_is_tried_again(self):
        self.sandbox.issue(self.document("FV/1"))
        self.sandbox.fault(
            method="GET", path="/invoices/ksef/.*", action="status", status=503
        )
        self.assertEqual(self.receive(self.connection, rounds=1).state, "new")
        self.connection.next_call_at = False
        self.assertEqual(self.fetch().state, "imported")
