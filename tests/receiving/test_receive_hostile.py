from dataclasses import replace
from decimal import Decimal

from odoo.tests import tagged
from odoo.tools import mute_logger

from ...ksef_api import fa3
from .case import ReceivingCase

NOT_XML = b"this is no XML"
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha">'
    + b"".join(
        b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
    )
    + b"]><Faktura>&j;</Faktura>"
)
OUTSIDE = (
    b'<?xml version="1.0"?><!DOCTYPE f [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b"<Faktura>&x;</Faktura>"
)


@tagged("post_install_l10n", "post_install", "-at_install")
class TestHostile(ReceivingCase):
    """Whatever a file holds, it is a row with a reason, and the others go on."""

    def assertOneReason(self, xml):
        """``xml`` becomes an error that says why; its neighbour becomes a bill."""
        number = self.issue_strange(xml, "FV/STRANGE")
        self.sandbox.issue(self.document("FV/GOOD"))
        with mute_logger("odoo.addons.l10n_pl_ksef.models.receiving.make"):
            bills = self.receive(self.connection)
        strange = bills.filtered(lambda bill: bill.ksef_number == number)
        self.assertEqual(strange.state, "error", strange.status_message)
        self.assertTrue(strange.status_message)
        self.assertFalse(strange.move_id)
        self.assertNotIn("root:", strange.status_message)
        self.assertEqual(strange._xml(), xml)
        self.assertEqual((bills - strange).state, "imported")

    def test_a_document_that_ends_its_process_lets_the_others_pass(self):
        self.sandbox.issue(self.document("FV/1"))
        self.company.l10n_pl_ksef_make_bills = False
        bill = self.receive(self.connection).sudo()
        self.company.l10n_pl_ksef_make_bills = True
        self.assertEqual(self.bills._waiting_for_bill(self.connection, 9), bill)
        bill._begin()
        self.assertFalse(self.bills._waiting_for_bill(self.connection, 9))
        bill.retry_at = "2000-01-01 00:00:00"
        self.assertEqual(self.receive(self.connection).state, "imported")
        self.assertFalse(bill.status_message)

    def test_no_xml(self):
        self.assertOneReason(NOT_XML)

    def test_nothing(self):
        self.assertOneReason(b" ")

    def test_billion_laughs(self):
        self.assertOneReason(LAUGHS)

    def test_external_entities(self):
        self.assertOneReason(OUTSIDE)

    def test_another_encoding_than_declared(self):
        xml = self.document("FV/1").decode().replace("Dostawca", "Żółć")
        self.assertOneReason(xml.encode("iso-8859-2", "replace"))

    def test_cut_short(self):
        self.assertOneReason(self.document("FV/1")[:500])

    def test_another_document(self):
        self.assertOneReason(b"<html><body>502 Bad Gateway</body></html>")

    def test_numbers_that_are_none(self):
        self.assertOneReason(
            self.document("FV/1").replace(b"<P_15>246.00<", b"<P_15>NaN<")
        )

    def test_a_very_deep_one(self):
        self.assertOneReason(b"<a>" * 100_000 + b"</a>" * 100_000)

    def test_a_thousand_lines(self):
        # With 10 000, as many as FA(3) takes, it passes too; Odoo needs minutes then.
        lines = [
            fa3.Line(
                number=number,
                name=f"Pozycja {number}",
                unit="szt.",
                quantity=Decimal(1),
                unit_price_net=Decimal("0.20"),
                net=Decimal("0.20"),
                rate=fa3.Rate.VAT_23,
            )
            for number in range(1, 1_001)
        ]
        xml = self.document("FV/LONG", lines=lines)
        self.issue_strange(xml, "FV/LONG")
        self.sandbox.issue(self.document("FV/GOOD"))
        bills = self.receive(self.connection)
        self.assertEqual(len(bills), 2)
        self.assertInboxIsLedger(bills)
        long, good = bills.sorted(lambda bill: bill.invoice_number != "FV/LONG")
        self.assertEqual(good.state, "imported")
        self.assertEqual(long.state, "imported", long.status_message)
        self.assertEqual(long.move_id.amount_total, 246)

    def test_more_than_a_megabyte_with_an_attachment(self):
        row = fa3.TableRow(cells=["x" * 100] * 15)
        table = fa3.Table(
            header=fa3.TableHeader(
                columns=[fa3.Column(kind=fa3.ColumnKind.TEXT, name="Odczyt")] * 15
            ),
            rows=[row] * 1000,
        )
        block = fa3.DataBlock(
            meta=[fa3.MetaData(key="Licznik", value="1")], tables=[table]
        )
        document = fa3.read(self.document("FV/1")).document
        xml = fa3.write(replace(document, attachment=fa3.Attachment(blocks=[block])))
        self.assertGreater(len(xml), 1_000_000)
        self.issue_strange(xml, "FV/1")
        bill = self.receive(self.connection)
        self.assertEqual(bill.state, "imported", bill.status_message)
        self.assertEqual(bill._xml(), xml)
