"""Vendor bills with rules on, against plain `create`; and rules over many documents.

Runs in Odoo's shell on the demo database (``./dev demo`` makes it, ``./dev bench`` runs
this). Nothing is stored.
"""

import resource
import time

from odoo import Command

from odoo.addons.l10n_pl_ksef.bench.goals import told
from odoo.addons.l10n_pl_ksef.bench.vendor_bill import Books, as_fa3
from odoo.addons.l10n_pl_ksef.ksef_api import fa3
from odoo.addons.l10n_pl_ksef.models.workplace.compiled import Facts

LINES, ROUNDS, RULES = 5, 12, 1000

books = Books.of(env)  # noqa: F821
env, company, journal, vendor = books
account = env["account.account"].search(
    [
        *env["account.account"]._check_company_domain(company),
        ("account_type", "=", "expense"),
    ],
    limit=1,
)


def values_of(move):
    """What `create` needs for the same bill."""
    names = ("name", "quantity", "price_unit")
    return {
        "move_type": "in_invoice",
        "journal_id": journal.id,
        "partner_id": vendor.id,
        "ref": move.ref,
        "invoice_date": move.invoice_date,
        "invoice_date_due": move.invoice_date_due,
        "currency_id": move.currency_id.id,
        "invoice_line_ids": [
            Command.create(
                {
                    **{name: line[name] for name in names},
                    "account_id": line.account_id.id,
                    "product_uom_id": line.product_uom_id.id,
                    "tax_ids": [Command.set(line.tax_ids.ids)],
                }
            )
            for line in move.invoice_line_ids
        ],
    }


def once(way, argument):
    """(seconds of the processor, queries) of one bill."""
    env.invalidate_all()
    queries, began = env.cr.sql_log_count, time.process_time()
    way(argument)
    env.flush_all()
    return time.process_time() - began, env.cr.sql_log_count - queries


def make_rules(count):
    """Every kind of condition, none of which fits, and the last one that does."""
    kinds = (
        {"line_text": "nic"},
        {"number": "nic"},
        {"unit": "nic"},
        {"amount_from": 1e6},
    )
    env["l10n_pl_ksef.rule"].create(
        [
            {
                "name": f"Rule {number}",
                "company_id": company.id,
                "account_id": account.id,
                **kinds[number % len(kinds)],
            }
            for number in range(count - 1)
        ]
        + [
            {
                "name": "The one",
                "company_id": company.id,
                "partner_id": vendor.id,
                "account_id": account.id,
            }
        ]
    )


def over(count):
    """Processor's seconds in which the rules decide on ``count`` documents."""
    rules = env["l10n_pl_ksef.rule"]._of_company(company)
    document = as_fa3(1, LINES)
    began = time.process_time()
    for _at in range(count):
        rules.decide(Facts.of(document, (vendor.id,)))
    return time.process_time() - began


company.l10n_pl_ksef_use_rules = True
for count in (10, RULES):
    env["l10n_pl_ksef.rule"].search([]).unlink()
    make_rules(count)
    raw = fa3.write(as_fa3(count, LINES))
    plain = values_of(books.from_inbox(raw))
    best = {}
    for _round in range(ROUNDS):
        for name, way, argument in (
            ("inbox", books.from_inbox, raw),
            ("create", books.by_create, plain),
        ):
            result = once(way, argument)
            best[name] = min(best.get(name, result), result)
    seconds, queries = best["inbox"]
    print(
        f"BENCH a bill of {LINES} lines with {count} rules, against create: "
        f"{told(seconds / best['create'][0], 1.15)}; {queries} queries"
    )
few = over(1_000)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
many = over(10_000)
grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
print(
    f"BENCH {RULES} rules over 10 000 bills: {many:.1f} s of the processor, against "
    f"ten times 1 000 bills {told(many / (10 * few), 1.10)}; memory grew by {grown} MB"
)
env.cr.rollback()
