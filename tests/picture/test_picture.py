import io
import re
import subprocess
from datetime import date
from decimal import Decimal
from tempfile import NamedTemporaryFile

from lxml import html

from odoo.tests import tagged
from odoo.tools.pdf import PdfFileReader

from ...ksef_api import fa3
from ...ksef_api.fa3.declare import specs_of
from ...models.picture.facts import DIGIT, PADDING, UNBROKEN, Facts
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

    def page(self, document):
        xml = fa3.write(document)
        return self.env["l10n_pl_ksef.picture"]._html(fa3.read(xml), "KSEF-1", None)

    def test_hostile_text_is_text(self):
        document = self.document(
            notes=[fa3.Note(key="<script>", value="<img src=x onerror=alert(1)>")],
            lines=[self.line(name="<b>x</b><script>alert(1)</script>")],
        )
        page = self.page(document)
        self.assertNotIn("<script", page)
        self.assertNotIn("<img", page)
        self.assertIn("&lt;script&gt;", page)

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
        page = picture._html(fa3.read(fa3.write(document)), "KSEF-1", link)
        for text in ("Sprzedawca", "Nabywca", "KSEF-1", "Regał", "Kaucja", link):
            self.assertIn(text, page)
        for text in ("Seller", "Buyer"):
            self.assertNotIn(text, page)

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
        # Nobody who opens the bill writes it, so nobody becomes its author.
        self.assertEqual(bill.message_main_attachment_id, attachment)
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

    # --- as the Ministry words and shows it ----------------------------------

    def text(self, document, lang="en_US"):
        """Return what the picture says."""
        picture = self.env["l10n_pl_ksef.picture"].with_context(lang=lang)
        page = html.fromstring(picture._html(fa3.read(fa3.write(document))))
        return " ".join(page.find("body").text_content().split())

    def test_pages_are_numbered(self):
        lines = [self.line(number) for number in range(1, 121)]
        xml = fa3.write(self.document(lines=lines))
        pdf = self.env["l10n_pl_ksef.picture"]._pdf(xml, "KSEF-1")
        pages = PdfFileReader(io.BytesIO(pdf))
        count = pages.getNumPages()
        self.assertGreater(count, 1)
        for at in range(count):
            said = pages.getPage(at).extractText()
            self.assertIn(f"Page {at + 1} of {count}", said)
            self.assertIn("KSEF-1", said)

    def test_a_due_date_stands_beside_its_label(self):
        payment = fa3.Payment(due=[fa3.Due(on=date(2026, 11, 16))])
        self.assertIn("Due 11/16/2026", self.text(self.document(payment=payment)))

    def test_no_line_is_torn_apart_at_the_end_of_a_page(self):
        # Names of one to five lines of text: pages end within lines of every length.
        names = [
            "krzesło dębowe, oparcie gięte, nogi toczone " * (1 + n % 5)
            for n in range(90)
        ]
        lines = [
            self.line(n + 1, name=f"First{n}x {name}", index=f"Last{n}x")
            for n, name in enumerate(names)
        ]
        xml = fa3.write(self.document(lines=lines))
        pdf = self.env["l10n_pl_ksef.picture"]._pdf(xml)
        with NamedTemporaryFile(suffix=".pdf") as file:
            file.write(pdf)
            file.flush()
            command = ["pdftotext", file.name, "-"]
            text = subprocess.run(command, capture_output=True, text=True).stdout
        pages = text.split("\f")[:-1]
        self.assertGreater(len(pages), 3)
        first, last = (
            [{*re.findall(rf"{word}(\d+)x", page)} for page in pages]
            for word in ("First", "Last")
        )
        self.assertEqual(first, last)
        self.assertEqual(sum(map(len, first)), len(lines))

    def test_an_advance_and_its_correction_are_worded_as_the_ministry_does(self):
        order = fa3.Order(
            total=Decimal(246),
            lines=[fa3.OrderLine(number=1, name="Stół", net=Decimal(200))],
        )
        original = fa3.CorrectedInvoice(issue_date=date(2026, 11, 2), number="ZAL/1")
        advance = self.text(
            self.document(
                kind=fa3.InvoiceKind.ADVANCE,
                sale_date=date(2026, 11, 1),
                lines=[],
                order=order,
            )
        )
        correction = self.text(
            self.document(
                kind=fa3.InvoiceKind.ADVANCE_CORRECTION,
                sale_date=date(2026, 11, 1),
                lines=[],
                order=order,
                correction=fa3.Correction(
                    invoices=[original], total_before=Decimal("246.00")
                ),
            )
        )
        for text, labels in (
            (
                advance,
                (
                    "Amount of the payment (advance) documented by the invoice: 123.00",
                    "Payment received on",
                    "Advance invoice",
                ),
            ),
            (
                correction,
                (
                    "Correction of the amount of the payment (advance)",
                    "Amount of the payment before the correction 246.00",
                    "Payment received on",
                    "Correcting invoice of an advance",
                ),
            ),
        ):
            for label in labels:
                self.assertIn(label, text)
            self.assertNotIn("Date of supply", text)

    def test_a_settlement_says_what_is_left_to_pay(self):
        text = self.text(self.document(kind=fa3.InvoiceKind.SETTLEMENT))
        self.assertIn("Amount left to pay: 123.00 PLN", text)

    def test_countries_have_their_names(self):
        text = self.text(self.document(country="DE"))
        self.assertIn("Germany", text)
        self.assertIn("Poland", text)

    def test_account_numbers_stand_in_groups(self):
        accounts = [
            fa3.BankAccount(number="61109010140000071219812874"),
            fa3.BankAccount(number="DE89370400440532013000"),
        ]
        payment = fa3.Payment(accounts=accounts)
        text = self.text(self.document(payment=payment))
        self.assertIn("61 1090 1014 0000 0712 1981 2874", text)
        self.assertIn("DE89 3704 0044 0532 0130 00", text)

    def test_jst_and_gv_are_answered_yes_or_no(self):
        document = self.document()
        document.buyer.jst = True
        text = self.text(document)
        self.assertIn("local government unit (JST) yes", text)
        self.assertIn("VAT group (GV) no", text)

    def test_long_prices_have_room_in_their_columns(self):
        price = Decimal("12345678.12345678")
        line = self.line(net="12345678.12", unit_price_net=price)
        columns, scale, [(cells, _below)] = Facts(self.env).table([line])
        for cell, (_heading, name, width) in zip(cells, columns, strict=True):
            if name in UNBROKEN:
                needed = PADDING + len(cell) * DIGIT
                self.assertGreaterEqual(width, round(needed * scale, 2))
        self.assertAlmostEqual(sum(width for _h, _n, width in columns), 100, places=0)
