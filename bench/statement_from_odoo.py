"""Money that finds its invoice: 1,000 transactions among 100,000 open invoices.

Runs in Odoo's shell (``./dev bench payments``). The open invoices are copies of one,
made by SQL. The peer of looking up is the same among a hundredth of them: with an index
it hardly grows. The peer of the import is the least that Odoo needs for the same books:
it is told each invoice, writes its account at once and reconciles. Nothing is stored.
"""

import random
import time

from odoo.addons.l10n_pl_ksef.bench.goals import told
from odoo.addons.l10n_pl_ksef.ksef_api.ksef_number import crc8
from odoo.addons.l10n_pl_ksef.models.payment.settle import Titles

OPEN, LINES = 100_000, 1000
NIP = "5265877635"
# A statement of a day; Odoo books each reconciliation, which is what takes the time.
IMPORTED = 50

company = env["res.company"].search([("vat", "=", f"PL{NIP}")], limit=1)  # noqa: F821
env = env(context={"allowed_company_ids": company.ids})  # noqa: F821
journal = env["account.journal"].search(
    [("company_id", "=", company.id), ("type", "=", "bank")], limit=1
)
original = env["account.move"].search(
    [
        ("company_id", "=", company.id),
        ("state", "=", "posted"),
        ("move_type", "=", "out_invoice"),
        ("payment_state", "=", "not_paid"),
    ],
    limit=1,
)
owed = original.line_ids.filtered(lambda i: i.account_type == "asset_receivable")


def number_of(ordinal):
    start = f"{NIP}-20261102-{ordinal:012X}"
    return f"{start}-{crc8(start.encode()):02X}"


def copies(table, record, columns, source):
    """SQL that copies a row for each of ``source``, with some columns otherwise."""
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns "
        "WHERE table_name = %s AND column_name != 'id' "
        "AND is_generated = 'NEVER'",
        [table],
    )
    names = [name for (name,) in env.cr.fetchall()]
    values = ", ".join(columns.get(name, f'o."{name}"') for name in names)
    listed = ", ".join(f'"{name}"' for name in names)
    return (
        f"INSERT INTO {table} ({listed}) SELECT {values} FROM {table} o, {source} "  # noqa: S608
        f"WHERE o.id = {record.id}"
    )


def fill(first, last):
    """Make open invoices number ``first`` to ``last``."""
    numbers = [number_of(n) for n in range(first, last + 1)]
    columns = {"name": "'BENCH/' || c.number", "l10n_pl_ksef_number": "c.number"}
    source = "unnest(%s) AS c(number)"
    env.cr.execute(copies("account_move", original, columns, source), [numbers])
    columns = {"move_id": "c.id", "move_name": "c.name"}
    source = (
        "(SELECT id, name FROM account_move WHERE l10n_pl_ksef_number = ANY(%s)) AS c"
    )
    for line in original.line_ids:  # all of them: Odoo looks whether they balance
        env.cr.execute(copies("account_move_line", line, columns, source), [numbers])
    env.cr.execute("ANALYZE account_move")
    env.cr.execute("ANALYZE account_move_line")


def looking_up(most):
    """Seconds for reading 1,000 titles and finding what they name."""
    chance = random.Random(1)
    chosen = chance.sample(range(1, most + 1), LINES)
    texts = [f"zapłata {number_of(ordinal)} dziękujemy" for ordinal in chosen]
    lines = env["account.bank.statement.line"]
    began = time.perf_counter()
    titles = Titles(env, texts)
    new = [lines.new({"company_id": company.id, "payment_ref": text}) for text in texts]
    found = [titles.targets(line) for line in new]
    spent = time.perf_counter() - began
    if not all(found):
        raise ValueError("some were not found")
    return spent


def importing(is_matched, first):
    """Seconds for creating transactions, each of which pays an invoice, and for
    reconciling them: by their titles, or by whoever knows what they pay.
    """
    company.l10n_pl_ksef_match_statements = is_matched
    known = {} if is_matched else {"counterpart_account_id": owed.account_id.id}
    values = [
        {
            "journal_id": journal.id,
            "date": original.invoice_date,
            "payment_ref": number_of(first + place),
            "amount": owed.amount_residual,
            **known,
        }
        for place in range(IMPORTED)
    ]
    began = time.perf_counter()
    lines = env["account.bank.statement.line"].create(values)
    if not is_matched:
        for line, item in zip(lines, items(first), strict=True):
            counterpart = line.line_ids.filtered(
                lambda made, item=item: made.account_id == item.account_id
            )
            (counterpart + item).reconcile()
    env.flush_all()
    spent = time.perf_counter() - began
    if not all(lines.mapped("is_reconciled")):
        raise ValueError("they are not matched as they should be")
    return spent


def items(first):
    """What is owed by the invoices from number ``first`` on, in their order."""
    numbers = [number_of(first + place) for place in range(IMPORTED)]
    found = env["account.move.line"].search(
        [
            ("move_id.l10n_pl_ksef_number", "in", numbers),
            ("account_id", "=", owed.account_id.id),
        ]
    )
    by_number = {item.move_id.l10n_pl_ksef_number: item for item in found}
    return [by_number[number] for number in numbers]


env.flush_all()
fill(1, OPEN // 100)
looking_up(OPEN // 100)
few = min(looking_up(OPEN // 100) for _round in range(3))
fill(OPEN // 100 + 1, OPEN)
many = min(looking_up(OPEN) for _round in range(3))
print(
    f"BENCH what {LINES} titles name, among {OPEN} open invoices: {many:.2f} s, "
    f"among a hundredth of them {few:.2f} s: {told(many / few, 3)}"
)
importing(False, 1), importing(True, 100)
plain, matched = importing(False, 1000), importing(True, 2000)
print(
    f"BENCH a statement of {IMPORTED} transactions, reconciled: {matched:.1f} s by "
    f"their titles, {plain:.1f} s by whoever knows, {matched / IMPORTED * LINES:.0f} s "
    f"for {LINES}: {told(matched / plain, 2)}"
)
env.cr.rollback()
