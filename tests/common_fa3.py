from decimal import Decimal

from ..ksef_api import fa3
from .common import KsefCase


class Fa3Case(KsefCase):
    """Invoices from Odoo as FA(3) documents."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax_zw.l10n_pl_ksef_exemption = "art. 43 ust. 1 pkt 29"

    def tax(self, name):
        return self.env.ref(f"account.{self.company.id}_{name}")

    def document(self, move):
        """Return the document of ``move`` as another program would read it.

        It passes the schema where that is at hand, and its sums are those of the books.
        """
        self.assertEqual([p.text for p in move._l10n_pl_ksef_problems()], [])
        invoice = move._l10n_pl_ksef_invoice()
        self.assertEqual(self.env["l10n_pl_ksef.schema"]._faults(invoice), [])
        document = fa3.read(fa3.write(invoice)).document
        body = document.body
        sums = fa3.summary(body)
        sign = -1 if move.move_type == "out_refund" else 1
        net = sum(row[1] for row in sums)
        vat = sum(row[2] or 0 for row in sums)
        self.assertEqual(net, sign * Decimal(f"{move.amount_untaxed:.2f}"))
        self.assertEqual(vat, sign * Decimal(f"{move.amount_tax:.2f}"))
        self.assertEqual(body.total, net + vat)
        return document
