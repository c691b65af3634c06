from decimal import Decimal

from odoo.tests import tagged

from ...ksef_api import fa3
from ...ksef_api.fa3.declare import specs_of
from ...models.picture.labels import LABELS
from ...models.picture.values import VALUES
from ..bill.importing import ImportCase


@tagged("post_install_l10n", "post_install", "-at_install")
class TestPicture(ImportCase):
    """Any FA(3) document is a PDF that people can read."""

    def classes(self):
        """Return every model class of FA(3)."""
        found, todo = [], [fa3.Invoice]
        while todo:
            cls = todo.pop()
            found.append(cls)
            todo += [spec.kind for _name, spec in specs_of(cls) if spec.is_model]
        return found

    def test_every_field_has_a_label(self):
        sums = {n for s in fa3.ALL_SUMS for n in (s.net, s.vat, s.vat_pln)}
        for cls in self.classes():
            names = {name for name, _spec in specs_of(cls) if name[0] != "_"}
            if cls is fa3.Body:
                names -= sums
            self.assertEqual(names - LABELS[cls.__name__].keys(), set(), cls)

    def test_values_with_names_exist(self):
        for name, members in VALUES.items():
            for member in members:
                self.assertTrue(getattr(fa3, name)[member])

    def html(self, document):
        xml = fa3.write(document)
        return self.env["l10n_pl_ksef.picture"]._html(fa3.read(xml), "KSEF-1", None)

    def test_hostile_text_is_text(self):
        document = self.document(
            notes=[fa3.Note(key="<script>", value="<img src=x onerror=alert(1)>")],
            lines=[self.line(name="<b>x</b><script>alert(1)</script>")],
        )
        html = self.html(document)
        self.assertNotIn("<script", html)
        self.assertNotIn("<img", html)
        self.assertIn("&lt;script&gt;", html)

    def test_in_polish_with_number_and_code(self):
        picture = self.env["l10n_pl_ksef.picture"].with_context(lang="pl_PL")
        document = self.document(
            lines=[self.line(name="Regał", before=True), self.line(name="Regał")],
            settlement=fa3.Settlement(
                charges=[fa3.Adjustment(amount=Decimal(5), reason="Kaucja")],
                charges_total=Decimal(5),
                to_pay=Decimal(128),
            ),
        )
        link = "https://qr.example.com/invoice/1"
        html = str(picture._html(fa3.read(fa3.write(document)), "KSEF-1", link))
        for text in ("Sprzedawca", "Nabywca", "KSEF-1", "Regał", "Kaucja", link):
            self.assertIn(text, html)
        for text in ("Seller", "Buyer"):
            self.assertNotIn(text, html)

    def test_the_order_of_an_advance_is_kept_on_the_bill(self):
        order = fa3.Order(
            total=Decimal("492.00"),
            lines=[
                fa3.OrderLine(
                    number=1,
                    name="Szafa",
                    quantity=Decimal(4),
                    gtin="5901234123457",
                    net=Decimal(400),
                    vat=Decimal(92),
                    rate=fa3.Rate("23"),
                )
            ],
        )
        bill = self.drop(
            self.document(kind=fa3.InvoiceKind.ADVANCE, lines=[], order=order)
        )
        self.assertIn("5901234123457", bill.l10n_pl_ksef_kept)

    def test_a_pdf(self):
        pdf = self.env["l10n_pl_ksef.picture"]._pdf(fa3.write(self.document()))
        self.assertTrue(pdf.startswith(b"%PDF"))

    def test_the_picture_is_attached_to_the_bill(self):
        self.company.partner_id.lang = "en_US"
        bill = self.drop(self.document())
        self.env["account.move"]._cron_l10n_pl_ksef_draw()
        attachment = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "account.move"),
                ("res_id", "=", bill.id),
                ("mimetype", "=", "application/pdf"),
            ]
        )
        self.assertEqual(len(attachment), 1)
        self.assertEqual(attachment.name, "KSeF-FV_1_11_2026-en.pdf")
        self.assertTrue(attachment.raw.startswith(b"%PDF"))
        self.assertFalse(bill.l10n_pl_ksef_picture_due)
        action = bill.action_l10n_pl_ksef_picture()
        self.assertIn(f"/{attachment.id}/", action["url"])

    def test_what_odoo_has_no_field_for_is_kept_on_the_bill(self):
        third = fa3.ThirdParty(
            identification=fa3.ThirdPartyIdentification(no_id=True, name="Odbiorca X"),
            role=fa3.ThirdPartyRole.RECEIVER,
        )
        document = self.document(
            notes=[fa3.Note(key="Numer licznika", value="<b>77</b>")],
            annotations=fa3.Annotations(split_payment=True),
            terms=fa3.Terms(orders=[fa3.PurchaseOrder(number="ZAM/9")]),
            lines=[self.line(pkwiu="31.01.11", gtu=fa3.Gtu.GTU_01)],
        )
        document.third_parties = [third]
        document.footer = fa3.Footer(notes=[fa3.FooterNote(text="Dziękujemy")])
        xml = fa3.write(document).replace(
            b"</Naglowek>", "<Nowosc>coś</Nowosc></Naglowek>".encode()
        )
        bill = self.drop(xml)
        for text in (
            "Odbiorca X",
            "Numer licznika",
            "&lt;b&gt;77&lt;/b&gt;",
            "Split payment",
            "ZAM/9",
            "31.01.11",
            "GTU_01",
            "Dziękujemy",
            "Nowosc",
            "coś",
        ):
            self.assertIn(text, bill.l10n_pl_ksef_kept)
        self.assertEqual(bill._l10n_pl_ksef_received_file(), xml)
