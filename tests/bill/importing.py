"""Documents of suppliers that come as files, for tests of importing."""

import html
from dataclasses import replace
from datetime import date, datetime, timezone
from decimal import Decimal

from odoo.tests import tagged

from ...ksef_api import fa3
from ..common import PolishCase, make_nip

ADDRESS = fa3.Address(country="PL", line1="ul. Długa 1", line2="80-001 Gdańsk")


@tagged("post_install_l10n", "post_install", "-at_install")
class ImportCase(PolishCase):
    """A Polish company that gets FA(3) files; no KSeF is needed for that."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.company_data["company"]
        cls.nip = make_nip("company")
        cls.company.vat = f"PL{cls.nip}"
        cls.journal = cls.company_data["default_journal_purchase"]
        cls.supplier_nip = make_nip("new supplier")
        for name in ("EUR", "USD"):
            cls.env.ref(f"base.{name}").active = True

    def line(self, number=1, net="100.00", rate="23", **values):
        """Return a line of one piece."""
        given = {
            "number": number,
            "name": f"Towar {number}",
            "unit": "szt.",
            "quantity": Decimal(1),
            "unit_price_net": Decimal(net),
            "net": Decimal(net),
            "rate": fa3.Rate(rate),
        }
        return fa3.Line(**given | values)

    def document(self, country="PL", **body):
        """Return an ``fa3`` Invoice of a supplier; ``body`` are fields of *Fa*."""
        values = {
            "currency": "PLN",
            "issue_date": date(2026, 11, 2),
            "number": "FV/1/11/2026",
            "net_23": Decimal("100.00"),
            "vat_23": Decimal("23.00"),
            "total": Decimal("123.00"),
            "kind": fa3.InvoiceKind.SALE,
            "lines": [self.line()],
        }
        return fa3.Invoice(
            header=fa3.Header(created_at=datetime.now(timezone.utc), system="X"),
            seller=fa3.Seller(
                identification=fa3.SellerIdentification(
                    nip=self.supplier_nip, name="Nowy Dostawca S.A."
                ),
                address=replace(ADDRESS, country=country),
                contacts=[fa3.Contact(email="biuro@example.com", phone="221002003")],
            ),
            buyer=fa3.Buyer(
                identification=fa3.Identification(nip=self.nip, name="My"),
                address=ADDRESS,
            ),
            body=fa3.Body(**values | body),
        )

    def drop(self, document, name="faktura.xml"):
        """Drop ``document`` (Invoice or bytes) on the journal; return the bill."""
        raw = document if isinstance(document, bytes) else fa3.write(document)
        attachment = self.env["ir.attachment"].create(
            {"name": name, "raw": raw, "mimetype": "application/xml"}
        )
        journal = self.journal.with_context(default_move_type="in_invoice")
        action = journal.create_document_from_attachment(attachment.ids)
        return self.env["account.move"].browse(action["res_id"])

    def tax(self, name):
        """Return the purchase tax ``vz_<name>`` of the chart."""
        return self.env.ref(f"account.{self.company.id}_vz_{name}")

    def assertBill(self, bill, total, vat=None, kind="in_invoice"):
        """``bill`` is of ``kind`` with the amounts of the document."""
        self.assertEqual(bill.move_type, kind)
        self.assertAlmostEqual(bill.amount_total, total, places=2)
        if vat is not None:
            self.assertAlmostEqual(bill.amount_tax, vat, places=2)

    def told(self, bill):
        """Return all that the chatter says, as text."""
        return html.unescape("\n".join(map(str, bill.message_ids.mapped("body"))))
