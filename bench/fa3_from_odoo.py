"""FA(3) documents a second from posted invoices, against l10n_pl_edi's builder.

Runs in Odoo's shell on the demo database (``./dev demo`` makes it, ``./dev bench`` runs
this); both builders get the same invoices in the same run. Nothing is stored.
"""

import time

ROUNDS = 3
INVOICES = 20

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
invoices = moves.create(
    [
        {
            "move_type": "out_invoice",
            "partner_id": original.partner_id.id,
            "invoice_date": original.invoice_date,
            "invoice_line_ids": [(0, 0, line)] * 10,
        }
        for _number in range(INVOICES)
    ]
)
invoices.action_post()


def ours(move):
    from odoo.addons.l10n_pl_ksef.ksef_api import fa3

    return fa3.write(move._l10n_pl_ksef_invoice())


def theirs(move):
    return move._l10n_pl_edi_render_xml()


def rate(build):
    """Documents a second, the best of the rounds."""
    best = 0
    for _round in range(ROUNDS):
        start = time.perf_counter()
        for move in invoices:
            build(move)
        best = max(best, len(invoices) / (time.perf_counter() - start))
    return best


rates = {"l10n_pl_ksef": rate(ours), "l10n_pl_edi": rate(theirs)}
for name, value in rates.items():
    print(f"BENCH {name:<14}{value:>10.0f} documents/s (10 lines each)")
print(f"BENCH ratio {rates['l10n_pl_ksef'] / rates['l10n_pl_edi']:.1f}")
env.cr.rollback()  # noqa: F821
