"""Vendor bills a second from FA(3) files, against Odoo's own import of UBL.

Runs in Odoo's shell on the demo database (``./dev demo`` makes it, ``./dev bench`` runs
this). The same invoice, in FA(3) and in UBL (Peppol BIS 3), goes through the same
pipeline: file, type, decoder, draft bill with its taxes. Nothing is stored.
Memory is the highest that Python held while one bill was made.
"""

import time
import tracemalloc
from datetime import date, datetime, timezone
from decimal import Decimal

from odoo.addons.l10n_pl_ksef.ksef_api import fa3

CASES = ((5, 10), (50, 5), (1000, 1))
NIP = "1111111111"
OWN = "5265877635"
CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
CUSTOMIZATION = (
    "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
)

company = env["res.company"].search([("vat", "=", f"PL{OWN}")], limit=1)  # noqa: F821
env = env(context={"allowed_company_ids": company.ids})  # noqa: F821
journal = env["account.journal"].search(
    [("company_id", "=", company.id), ("type", "=", "purchase")], limit=1
)
vendor = env["res.partner"].create(
    {
        "name": "Dostawca",
        "vat": f"PL{NIP}",
        "is_company": True,
        "country_id": env.ref("base.pl").id,
    }
)


def as_fa3(count):
    address = fa3.Address(country="PL", line1="ul. Długa 1", line2="80-001 Gdańsk")
    net = Decimal("37.02")
    vat = (net * count * 23 / 100).quantize(Decimal("0.01"))
    lines = [
        fa3.Line(
            number=number,
            name=f"Towar {number}",
            unit="szt.",
            quantity=Decimal(3),
            unit_price_net=Decimal("12.34"),
            net=net,
            rate=fa3.Rate.VAT_23,
        )
        for number in range(1, count + 1)
    ]
    body = fa3.Body(
        currency="PLN",
        issue_date=date(2026, 11, 2),
        number=f"FV/{count}",
        net_23=net * count,
        vat_23=vat,
        total=net * count + vat,
        kind=fa3.InvoiceKind.SALE,
        lines=lines,
    )
    seller = fa3.SellerIdentification(nip=NIP, name="Dostawca")
    buyer = fa3.Identification(nip=OWN, name="My")
    return fa3.write(
        fa3.Invoice(
            header=fa3.Header(created_at=datetime.now(timezone.utc), system="X"),
            seller=fa3.Seller(identification=seller, address=address),
            buyer=fa3.Buyer(identification=buyer, address=address),
            body=body,
        )
    )


def ubl_party(tag, nip, name):
    return (
        f"<cac:{tag}><cac:Party><cac:PartyName><cbc:Name>{name}</cbc:Name>"
        "</cac:PartyName><cac:PartyTaxScheme>"
        f"<cbc:CompanyID>PL{nip}</cbc:CompanyID>"
        "<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>"
        "<cac:PartyLegalEntity><cbc:RegistrationName>"
        f"{name}</cbc:RegistrationName></cac:PartyLegalEntity>"
        f"</cac:Party></cac:{tag}>"
    )


def ubl_line(number):
    return (
        f"<cac:InvoiceLine><cbc:ID>{number}</cbc:ID>"
        '<cbc:InvoicedQuantity unitCode="C62">3</cbc:InvoicedQuantity>'
        '<cbc:LineExtensionAmount currencyID="PLN">37.02</cbc:LineExtensionAmount>'
        f"<cac:Item><cbc:Name>Towar {number}</cbc:Name><cac:ClassifiedTaxCategory>"
        "<cbc:ID>S</cbc:ID><cbc:Percent>23</cbc:Percent>"
        "<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>"
        "</cac:ClassifiedTaxCategory></cac:Item><cac:Price>"
        '<cbc:PriceAmount currencyID="PLN">12.34</cbc:PriceAmount></cac:Price>'
        "</cac:InvoiceLine>"
    )


def as_ubl(count):
    net = Decimal("37.02") * count
    total = net + (net * 23 / 100).quantize(Decimal("0.01"))
    head = (
        f'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" '
        f'xmlns:cac="{CAC}" xmlns:cbc="{CBC}">'
        f"<cbc:CustomizationID>{CUSTOMIZATION}</cbc:CustomizationID>"
        f"<cbc:ID>FV/{count}</cbc:ID><cbc:IssueDate>2026-11-02</cbc:IssueDate>"
        "<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>"
        "<cbc:DocumentCurrencyCode>PLN</cbc:DocumentCurrencyCode>"
    )
    parties = ubl_party("AccountingSupplierParty", NIP, "Dostawca")
    parties += ubl_party("AccountingCustomerParty", OWN, "My")
    sums = (
        f'<cac:LegalMonetaryTotal><cbc:PayableAmount currencyID="PLN">{total}'
        "</cbc:PayableAmount></cac:LegalMonetaryTotal>"
    )
    lines = "".join(ubl_line(number) for number in range(1, count + 1))
    return f"{head}{parties}{sums}{lines}</Invoice>".encode()


def make(attachment):
    """One file through Odoo's pipeline; what commits in it is left out."""
    move = env["account.move"].create(
        {"move_type": "in_invoice", "journal_id": journal.id}
    )
    file_data = move._to_files_data(attachment)[0]
    reason = move._get_edi_decoder(file_data, new=True)["decoder"](
        move, file_data, True
    )
    env.flush_all()
    if reason:
        raise ValueError(reason)
    return move


def measure(raw, count, lines):
    """Seconds for one bill, the best of `count`; then the peak of memory, in MB."""
    attachment = env["ir.attachment"].create(
        {"name": "bill.xml", "raw": raw, "mimetype": "application/xml"}
    )
    best = float("inf")
    for _round in range(count):
        start = time.perf_counter()
        move = make(attachment)
        best = min(best, time.perf_counter() - start)
        if len(move.invoice_line_ids) != lines:
            raise ValueError(f"{len(move.invoice_line_ids)} lines instead of {lines}")
        env.invalidate_all()
    tracemalloc.start()
    total = make(attachment).amount_total
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    env.invalidate_all()
    return best, peak / 1e6, total


for lines, count in CASES:
    make_fa3 = measure(as_fa3(lines), count, lines)
    make_ubl = measure(as_ubl(lines), count, lines)
    if abs(make_fa3[2] - make_ubl[2]) > 0.001:
        raise ValueError(f"totals differ: {make_fa3[2]} and {make_ubl[2]}")
    print(
        f"BENCH a bill of {lines:>4} lines: FA(3) {1 / make_fa3[0]:>6.2f}/s "
        f"{make_fa3[1]:>6.1f} MB, UBL {1 / make_ubl[0]:>6.2f}/s "
        f"{make_ubl[1]:>6.1f} MB; ratio of speed {make_ubl[0] / make_fa3[0]:.2f}, "
        f"of memory {make_fa3[1] / make_ubl[1]:.2f}"
    )
env.cr.rollback()
