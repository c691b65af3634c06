"""Vendor bills from FA(3) files, against plain `create` and Odoo's import of UBL.

Runs in Odoo's shell (``./dev bench bills``). The same invoice comes from the inbox, as
a file dropped on a journal, as UBL (Peppol BIS 3), and as plain `create` of the bill
with its values, the least that any of them can cost. Nothing is stored.
"""

import os
import time
from decimal import Decimal

from odoo import Command

from odoo.addons.l10n_pl_ksef.bench.goals import told
from odoo.addons.l10n_pl_ksef.bench.vendor_bill import NET, NIP, OWN, Books, as_fa3
from odoo.addons.l10n_pl_ksef.ksef_api import fa3

CASES = ((5, 10), (50, 4), (1000, 1))
CRON_SECONDS = 120  # of one run, as Odoo is set up at first
HEADER = (
    "move_type",
    "journal_id",
    "partner_id",
    "ref",
    "invoice_date",
    "invoice_date_due",
    "currency_id",
    "l10n_pl_ksef_received_on",
)
LINE = ("name", "quantity", "price_unit", "account_id", "product_uom_id")
CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
CUSTOMIZATION = (
    "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
)

books = Books.of(env)  # noqa: F821
env, company, journal, vendor = books


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
    net = NET * count
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


def by_pipeline(attachment):
    """One file through Odoo's pipeline; what commits in it is left out."""
    move = env["account.move"].create(
        {"move_type": "in_invoice", "journal_id": journal.id}
    )
    file_data = move._to_files_data(attachment)[0]
    reason = move._get_edi_decoder(file_data, new=True)["decoder"](
        move, file_data, True
    )
    if reason:
        raise ValueError(reason)
    return move


def values_of(move):
    """What `create` needs for the same bill."""

    def given(record, names):
        found = {
            name: record._fields[name].convert_to_write(record[name], record)
            for name in names
        }
        return {name: value for name, value in found.items() if value}

    return {
        **given(move, HEADER),
        "invoice_line_ids": [
            Command.create(
                {**given(line, LINE), "tax_ids": [Command.set(line.tax_ids.ids)]}
            )
            for line in move.invoice_line_ids
        ],
    }


def once(way, argument, lines):
    """(seconds of the processor, queries, total) of one bill."""
    env.invalidate_all()
    queries, began = env.cr.sql_log_count, time.process_time()
    move = way(argument)
    env.flush_all()
    spent = time.process_time() - began
    if len(move.invoice_line_ids) != lines:
        raise ValueError(f"{len(move.invoice_line_ids)} lines instead of {lines}")
    return spent, env.cr.sql_log_count - queries, move.amount_total


def attached(raw):
    return env["ir.attachment"].create(
        {"name": "bill.xml", "raw": raw, "mimetype": "application/xml"}
    )


def measure(lines, rounds):
    """{way: (seconds, queries, total)}, the best of rounds that take turns."""
    raw = fa3.write(as_fa3(lines, lines))
    ubl = attached(as_ubl(lines))
    ways = {
        "inbox": (books.from_inbox, raw),
        "dropped": (by_pipeline, attached(raw)),
        "create": (books.by_create, values_of(books.from_inbox(raw))),
        "UBL": (by_pipeline, ubl),
    }
    if lines < 1000:  # what is loaded only once is loaded now
        for way, argument in ways.values():
            once(way, argument, lines)
    found = {}
    for _round in range(rounds):
        for name, (way, argument) in ways.items():
            result = once(way, argument, lines)
            found[name] = min(found.get(name, result), result)
    totals = {round(total, 2) for _s, _q, total in found.values()}
    if len(totals) > 1:
        raise ValueError(f"totals differ: {totals}")
    return found


for lines, rounds in CASES:
    found = measure(lines, rounds)
    seconds, queries = found["inbox"][:2]
    plain, ubl = found["create"], found["UBL"]
    print(
        f"BENCH a bill of {lines:>4} lines from KSeF: {1 / seconds:.2f}/s, against "
        f"create {told(seconds / plain[0], 1.10)}; {queries} queries, against UBL "
        f"{told(queries / ubl[1], 1.0)}"
    )
    print(
        f"BENCH   beside it: dropped on a journal {found['dropped'][0] / plain[0]:.2f} "
        f"of create, Odoo's UBL import {ubl[0] / plain[0]:.2f}"
    )


def long_bill(sum_above):
    """(seconds of the processor, number of lines) of a bill of 10 000 lines."""
    company.l10n_pl_ksef_sum_lines_above = sum_above
    raw = fa3.write(as_fa3("LONG", 10_000))
    began = time.process_time()
    made = books.from_inbox(raw)
    env.flush_all()
    return time.process_time() - began, len(made.invoice_line_ids)


ways = {"added up by rate and account": 2000}
if os.environ.get("BENCH_LONG"):
    ways["line by line"] = 0
for name, sum_above in ways.items():
    seconds, count = long_bill(sum_above)
    print(
        f"BENCH 10 000 lines {name}: {count} in the bill, {seconds:.1f} s of the "
        f"processor; of a worker's time limit {told(seconds / CRON_SECONDS, 1)} of "
        f"{CRON_SECONDS} s"
    )
env.cr.rollback()
