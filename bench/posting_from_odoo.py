"""Posting invoices with sending to KSeF on and off.

Runs in Odoo's shell (``./dev bench posting``). Posting only queues: KSeF is not called.
Nothing is stored.
"""

import time

from odoo import Command

from odoo.addons.l10n_pl_ksef.bench.goals import told

ROUNDS, AT_ONCE = 8, 20

company = env["res.company"].search([("vat", "=", "PL5265877635")], limit=1)  # noqa: F821
env = env(context={"allowed_company_ids": company.ids})  # noqa: F821
moves = env["account.move"].with_company(company)
original = moves.search(
    [
        ("company_id", "=", company.id),
        ("state", "=", "posted"),
        ("move_type", "=", "out_invoice"),
    ],
    limit=1,
)


def posting(is_sent):
    """Seconds of the processor for posting some invoices."""
    company.l10n_pl_ksef_send_on_validation = is_sent
    values = {
        "move_type": "out_invoice",
        "partner_id": original.partner_id.id,
        "invoice_date": original.invoice_date,
        "invoice_line_ids": [
            Command.create(
                {
                    "name": "Usługa",
                    "quantity": 3,
                    "price_unit": 33.33,
                    "tax_ids": [Command.set(original.invoice_line_ids.tax_ids.ids)],
                }
            )
        ]
        * 5,
    }
    made = moves.create([values] * AT_ONCE)
    env.flush_all()
    env.invalidate_all()
    began = time.process_time()
    made.action_post()
    env.flush_all()
    spent = time.process_time() - began
    queued = made.filtered("l10n_pl_ksef_document_ids")
    if bool(queued) != is_sent:
        raise ValueError(f"{len(queued)} of {AT_ONCE} are queued")
    return spent


posting(True), posting(False)  # what is loaded only once is loaded now
best = {True: float("inf"), False: float("inf")}
for _round in range(ROUNDS):
    for is_sent in best:
        best[is_sent] = min(best[is_sent], posting(is_sent))
print(
    f"BENCH posting {AT_ONCE} invoices: {best[True]:.2f} s with sending on, "
    f"{best[False]:.2f} s with it off, {told(best[True] / best[False], 1.05)}"
)
env.cr.rollback()
