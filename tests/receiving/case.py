"""What suppliers issue, for tests of receiving."""

import base64
from datetime import date, datetime, timezone
from decimal import Decimal

from ...ksef_api import fa3
from ..common import KsefCase

ADDRESS = fa3.Address(country="PL", line1="ul. Długa 1", line2="80-001 Gdańsk")


class ReceivingCase(KsefCase):
    """A connected company whose suppliers issue with other software."""

    def setUp(self):
        super().setUp()
        self.connection = self.connect()
        self.supplier_nip = self.supplier.vat.removeprefix("PL")
        self.bills = self.env["l10n_pl_ksef.bill"].sudo()
        self.fetches = self.env["l10n_pl_ksef.fetch"].sudo()

    def document(self, number, seller=None, buyer=None, third=None, **body):
        """Return an invoice of our supplier, as another program would write it.

        :param seller, buyer, third: NIPs; the supplier and our company by default
        """
        net = Decimal(body.pop("net", "200.00"))
        vat = (net * 23 / 100).quantize(Decimal("0.01"))
        line = fa3.Line(
            number=1,
            name="Papier",
            unit="szt.",
            quantity=Decimal(1),
            unit_price_net=net,
            net=net,
            rate=fa3.Rate.VAT_23,
        )
        values = {
            "currency": "PLN",
            "issue_date": date(2026, 11, 2),
            "number": number,
            "net_23": net,
            "vat_23": vat,
            "total": net + vat,
            "annotations": fa3.Annotations(),
            "kind": fa3.InvoiceKind.SALE,
            "lines": [line],
            **body,
        }
        third_parties = []
        if third:
            party = fa3.ThirdPartyIdentification(nip=third, name="Trzeci")
            third_parties = [
                fa3.ThirdParty(
                    identification=party,
                    address=ADDRESS,
                    role=fa3.ThirdPartyRole.RECEIVER,
                )
            ]
        return fa3.write(
            fa3.Invoice(
                header=fa3.Header(created_at=datetime.now(timezone.utc), system="X"),
                seller=fa3.Seller(
                    identification=fa3.SellerIdentification(
                        nip=seller or self.supplier_nip, name="Dostawca sp.j."
                    ),
                    address=ADDRESS,
                ),
                buyer=fa3.Buyer(
                    identification=fa3.Identification(nip=buyer or self.nip, name="My"),
                    address=ADDRESS,
                ),
                third_parties=third_parties,
                body=fa3.Body(**values),
            )
        )

    def issue_many(self, count, **options):
        """Suppliers issue ``count`` invoices; see ``sandbox/suppliers.py``."""
        pattern = self.document("@number@", **options.pop("document", {}))
        return self.sandbox.control(
            "POST",
            "/invoices/many",
            {"xml_b64": _base64(pattern), "count": count, **options},
        )

    def issue_strange(self, xml, number="FV/X"):
        """KSeF keeps ``xml`` (bytes) as if it were a common invoice."""
        order = {"xml_b64": _base64(xml), "like_b64": _base64(self.document(number))}
        return self.sandbox.control("POST", "/invoices/strange", order)["ksef_number"]

    def calls(self, group):
        """Return how many calls of ``group`` (limits.py) KSeF had."""
        return self.sandbox.control("GET", "/calls")["by_group"].get(group, 0)

    def ledger_numbers(self, nip=None):
        """Return the KSeF numbers of what KSeF holds for the company."""
        return sorted(
            row["ksef_number"] for row in self.sandbox.ledger(nip or self.nip)
        )

    def assertInboxIsLedger(self, bills, nip=None):
        """Everything in KSeF has exactly one row, with the very file."""
        self.assertEqual(sorted(bills.mapped("ksef_number")), self.ledger_numbers(nip))
        hashes = {
            r["ksef_number"]: r["hash"] for r in self.sandbox.ledger(nip or self.nip)
        }
        for bill in bills.filtered("has_file"):
            self.assertEqual(hashes[bill.ksef_number], bill.xml_hash)


def _base64(content):
    return base64.b64encode(content).decode()
