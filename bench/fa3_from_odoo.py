"""FA(3) documents a second from posted invoices, against l10n_pl_edi's builder.

Runs in Odoo's shell (``./dev bench building``); both builders get the same invoices in
the same run. Nothing is stored.
"""

import time

from odoo.addons.l10n_pl_ksef.bench.goals import told

ROUNDS = 3
# Lines of an invoice -> how many such invoices.
SIZES = {5: 20, 50: 6, 1000: 1}
GOAL = 1.0  # times as fast as the peer

company = env["res.company"].search([("vat", "=", "PL5265877635")], limit=1)  # noqa: F821
moves = env["account.move"].with_company(company)  # noqa: F821
original = moves.search(
    [
        ("company_id", "=", company.id),
        ("state", "=", "posted"),
        ("move_type", "=", "out_invoice"),
    ],
    limit=1,
)
company.l10n_pl_ksef_send_on_validation = False
line = {"name": "Usługa", "quantity": 3, "price_unit": 33.33}
line["tax_ids"] = [(6, 0, original.invoice_line_ids.tax_ids.ids)]


def posted(lines, count):
    """Post ``count`` invoices of so many lines."""
    invoices = moves.create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": original.partner_id.id,
                "invoice_date": original.invoice_date,
                "invoice_line_ids": [(0, 0, line)] * lines,
            }
            for _number in range(count)
        ]
    )
    invoices.action_post()
    return invoices


def ours(move):
    from odoo.addons.l10n_pl_ksef.ksef_api import fa3

    return fa3.write(move._l10n_pl_ksef_invoice())


def theirs(move):
    return move._l10n_pl_edi_render_xml()


def rate(build, invoices):
    """Documents a second, the best of the rounds."""
    best = 0
    for _round in range(ROUNDS):
        start = time.perf_counter()
        for move in invoices:
            build(move)
        best = max(best, len(invoices) / (time.perf_counter() - start))
    return best


for lines, count in SIZES.items():
    invoices = posted(lines, count)
    mine, other = rate(ours, invoices), rate(theirs, invoices)
    print(
        f"BENCH build from Odoo, {lines:>5} lines: l10n_pl_ksef {mine:>8.1f}/s, "
        f"l10n_pl_edi {other:>8.1f}/s, {told(mine / other, GOAL, at_least=True)}; "
        f"a line takes {1e6 / mine / lines:.0f} µs"
    )
print("BENCH l10n_pl_edi reads no FA(3): bills are measured against Odoo's UBL import")
env.cr.rollback()  # noqa: F821
