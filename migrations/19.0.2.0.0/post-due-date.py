from odoo import SUPERUSER_ID, api

from odoo.addons.l10n_pl_ksef.ksef_api import fa3

AT_ONCE = 500


def migrate(cr, version):
    """Note when the invoices of the inbox are due, from their files."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    bills = env["l10n_pl_ksef.bill"]
    with_file = [("has_file", "=", True), ("due_date", "=", False)]
    last = 0
    while found := bills.search(
        [*with_file, ("id", ">", last)], order="id", limit=AT_ONCE
    ):
        for bill in found:
            bill.due_date = fa3.due_date(bill._xml())
        last = found[-1].id
        env.flush_all()
        env.invalidate_all()
