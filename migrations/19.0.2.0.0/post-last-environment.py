from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Numbers and states went away when a connection was ended; they come back."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    companies = env["res.company"].with_context(active_test=False)
    cr.execute("SELECT DISTINCT company_id FROM l10n_pl_ksef_document")
    found = companies.browse([row[0] for row in cr.fetchall() if row[0]])
    env["account.move"]._l10n_pl_ksef_recompute_status(found)
