"""The picture of a long invoice, against that of a tenth of its lines.

Runs in Odoo's shell (``./dev bench pictures``). Most of it is wkhtmltopdf, another
process, so the clock counts, not the processor.
"""

import time

from odoo.addons.l10n_pl_ksef.bench import fa3 as bench
from odoo.addons.l10n_pl_ksef.bench.goals import told

LINES, ROUNDS = 1000, 3

pictures = env["l10n_pl_ksef.picture"]  # noqa: F821
documents = {
    lines: bench.fa3.write(bench.invoice(lines)) for lines in (LINES // 10, LINES)
}
best = dict.fromkeys(documents, float("inf"))
for _round in range(ROUNDS):
    for lines, xml in documents.items():
        began = time.perf_counter()
        pdf = pictures._pdf(xml)
        best[lines] = min(best[lines], time.perf_counter() - began)
few, many = best.values()
print(
    f"BENCH the picture of {LINES} lines: {many:.1f} s, {len(pdf) / 1e6:.1f} MB; of a "
    f"tenth of them {few:.1f} s: {told(many / few, 10)}"
)
