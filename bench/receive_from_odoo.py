"""Fetches everything in KSeF once, in Odoo's shell; the measures leave as one line.

BENCH_WAY is `add-on` (as the cron does it: packages) or `one by one` (the metadata page
by page and each file by itself, as a client without packages has to).
"""

import json
import os
import resource
import time

from odoo.addons.l10n_pl_ksef.ksef_api.client import InvoiceQuery
from odoo.addons.l10n_pl_ksef.models.receiving.step import PAGE

env = env  # noqa: F821, PLW0127  Odoo's shell gives it
connection = env["l10n_pl_ksef.connection"].sudo()._connected()[:1]
connection.company_id.l10n_pl_ksef_make_bills = False
fetches, bills = env["l10n_pl_ksef.fetch"].sudo(), env["l10n_pl_ksef.bill"].sudo()
(fetches.search([("company_id", "=", connection.company_id.id)])).unlink()
bills.search([("company_id", "=", connection.company_id.id)]).unlink()
fetches._follow(connection)
row = fetches.search([("company_id", "=", connection.company_id.id)], limit=1)
env.cr.commit()


def by_packages():
    """Step by step until nothing is left; pauses are left out."""
    while not row.finished_at:
        row.due_at = "2000-01-01 00:00:00"
        fetches._work()


def one_by_one():
    """Every page, then every file."""
    query = InvoiceQuery(row.role, row.date_type, row._position(), restrict_to_hwm=True)
    page, has_more = 0, True
    while has_more:
        answer = connection._call(
            lambda client, page=page: client.query_invoices(query, page, PAGE)
        )
        bills._ingest(row, answer.invoices)
        env.cr.commit()
        page, has_more = page + 1, answer.has_more
    for bill in bills._waiting_for_file(connection, None):
        bill._fetch_file(connection)
        env.cr.commit()
        env.invalidate_all()


before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
began = time.monotonic()
{"add-on": by_packages, "one by one": one_by_one}[os.environ["BENCH_WAY"]]()
seconds = time.monotonic() - began
mine = [("company_id", "=", connection.company_id.id), ("has_file", "=", True)]
measures = {
    "invoices": bills.search_count(mine),
    "seconds": round(seconds, 1),
    "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    "grown_mb": round(
        (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    ),
}
print("BENCH " + json.dumps(measures))
