import logging
from decimal import Decimal

from ...ksef_api import fa3
from ..api.ksef_client_reader import read_by_ksef_client
from ..common import KsefCase

try:
    from ksef_client.documents.fa3 import validate_fa3_xml_xsd
except ImportError:
    validate_fa3_xml_xsd = None

_logger = logging.getLogger(__name__)
GROSZ = Decimal("0.01")


class Fa3Case(KsefCase):
    """Invoices from Odoo as FA(3) documents, judged by another team's program too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax_zw.l10n_pl_ksef_exemption = "art. 43 ust. 1 pkt 29"
        # All at once: the reader's program takes longer to start than to read.
        cls.written = {}
        cls.addClassCleanup(cls.judge)

    @classmethod
    def judge(cls):
        """ksef-client takes every document that the tests have written, as we meant it.

        Where its reader is not installed, the log says so.
        """
        texts = {name: xml.decode() for name, (xml, _) in cls.written.items()}
        readings = read_by_ksef_client(texts) if texts else {}
        if readings is None:
            _logger.info("no ksef-client with a reader: it was not asked")
            return
        for name, (number, total, lines) in readings.items():
            body = cls.written[name][1].body
            assert (number, lines) == (body.number, len(body.lines)), name
            # Theirs is the sum of the lines, each of them rounded; of advances and
            # settlements that is not what is to be paid.
            if body.kind in (fa3.InvoiceKind.SALE, fa3.InvoiceKind.CORRECTION):
                apart = abs(Decimal(total) - body.total)
                assert apart <= len(body.lines) * GROSZ, (name, total, body.total)
        _logger.info("ksef-client took %s FA(3) documents", len(readings))

    def tax(self, name):
        return self.env.ref(f"account.{self.company.id}_{name}")

    def document(self, move):
        """Return the document of ``move`` as another program would read it.

        It passes the schema where that is at hand, and its sums are those of the books.
        """
        self.assertEqual(move._l10n_pl_ksef_faults(), [])
        invoice = move._l10n_pl_ksef_invoice()
        self.assertEqual(self.env["l10n_pl_ksef.schema"]._faults(invoice), [])
        xml = fa3.write(invoice)
        if validate_fa3_xml_xsd:
            validate_fa3_xml_xsd(xml)
        document = fa3.read(xml).document
        self.written[f"{self._testMethodName} {len(self.written)}"] = (xml, document)
        self.assertSums(move, document.body)
        return document

    def assertSums(self, move, body):
        """The sums of the document are those of the books, to the grosz."""
        sums = fa3.summary(body)
        sign = -1 if move.move_type.endswith("refund") else 1
        net = sum(row[1] for row in sums)
        vat = sum(row[2] or 0 for row in sums)
        self.assertEqual(net, sign * Decimal(f"{move.amount_untaxed:.2f}"))
        self.assertEqual(vat, sign * Decimal(f"{move.amount_tax:.2f}"))
        self.assertEqual(body.total, net + vat)
