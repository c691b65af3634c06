"""Whatever a vendor sends in FA(3) has a picture, and none of it breaks the page."""

import sys
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings

from odoo.tests import tagged

from ...ksef_api import fa3
from ..bill.importing import ImportCase

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def top_level():
    """The strategies stand among tests that know nothing of Odoo."""
    sys.path.insert(0, str(ROOT))
    try:
        yield
    finally:
        sys.path.remove(str(ROOT))


with top_level():
    from ksef_api.fa3 import write as write_strange

    from ..api.fa3_strategies import documents, fullest


@tagged("post_install_l10n", "post_install", "-at_install")
class TestAnyDocument(ImportCase):
    def page(self, xml):
        return self.env["l10n_pl_ksef.picture"]._html(fa3.read(xml), "KSEF-1", None)

    def drawn(self, **body):
        return self.page(fa3.write(self.document(**body)))

    def order(self, *lines):
        return fa3.Order(total=Decimal("492.00"), lines=list(lines))

    def order_line(self, **values):
        given = {"number": 1, "name": "Szafa", "net": Decimal(400)}
        return fa3.OrderLine(**given | values)

    def test_without_any_line(self):
        self.assertIn("FV/1/11/2026", self.drawn(lines=[]))

    def test_lines_that_say_almost_nothing(self):
        bare = fa3.Line(number=1)
        self.assertIn("FV/1/11/2026", self.drawn(lines=[bare, self.line(number=2)]))
        self.assertIn("FV/1/11/2026", self.drawn(lines=[bare]))

    def test_codes_of_lines_without_a_name_are_not_lost(self):
        page = self.drawn(lines=[fa3.Line(number=1, gtu=fa3.Gtu.GTU_01)])
        self.assertIn("GTU_01", page)

    def test_a_correction_of_lines_before_alone_and_of_none(self):
        correction = fa3.Correction(
            invoices=[
                fa3.CorrectedInvoice(issue_date=date(2026, 11, 1), number="OLD/1")
            ]
        )
        words = {"kind": fa3.InvoiceKind.CORRECTION, "correction": correction}
        page = self.drawn(lines=[self.line(before=True)], **words)
        self.assertIn("Towar 1", page)
        self.assertIn("OLD/1", self.drawn(lines=[], **words))

    def test_advances_with_their_order_and_without(self):
        kind = fa3.InvoiceKind.ADVANCE
        bare = fa3.OrderLine(number=1)
        for lines in ((), (bare,), (self.order_line(before=True),)):
            page = self.drawn(kind=kind, lines=[], order=self.order(*lines))
            self.assertIn("FV/1/11/2026", page)
        self.assertIn("FV/1/11/2026", self.drawn(kind=kind, lines=[]))

    def test_every_field_there_is(self):
        for turn in range(8):
            with self.subTest(turn):
                self.assertTrue(self.page(write_strange(fullest(turn))))

    def test_documents_drawn_by_lot(self):
        @settings(
            max_examples=40,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(documents())
        def is_drawn(document):
            self.assertIn("</html>", self.page(write_strange(document)))

        is_drawn()
