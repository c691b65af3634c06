from odoo import SUPERUSER_ID, api

# What belongs to a connection, and by which columns it is known in its company.
BELONGINGS = {
    "l10n_pl_ksef_connection": (),
    "l10n_pl_ksef_certificate": ("fingerprint",),
    "l10n_pl_ksef_session": (),
    "l10n_pl_ksef_fetch": ("environment", "nip", "role", "kind"),
    "l10n_pl_ksef_bill": ("environment", "ksef_number"),
}


def migrate(cr, version):
    """A branch with the NIP of its parent uses the parent's connection now; one that
    had a connection of its own gives it to the parent, or ends it where there are two.
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    connections = env["l10n_pl_ksef.connection"]
    for connection in connections.search([]):
        taxpayer = connection.company_id.l10n_pl_ksef_taxpayer_id
        if taxpayer == connection.company_id:
            continue
        if connections._of_company(taxpayer):
            connection._disconnect()
        else:
            _give(env, connection.company_id, taxpayer)
    companies = env["res.company"].with_context(active_test=False).search([])
    branches = companies.filtered(lambda c: c != c.l10n_pl_ksef_taxpayer_id)
    if branches:
        env["account.move"]._l10n_pl_ksef_recompute_status(branches)


def _give(env, branch, taxpayer):
    env.flush_all()
    for table, known_by in BELONGINGS.items():
        same = " AND ".join(f"other.{name} = {table}.{name}" for name in known_by)
        twice = f"SELECT FROM {table} other WHERE other.company_id = %(to)s AND {same}"
        unless = f" AND NOT EXISTS ({twice})" if known_by else ""
        env.cr.execute(
            f"UPDATE {table} SET company_id = %(to)s "
            f"WHERE company_id = %(from)s{unless}",
            {"to": taxpayer.id, "from": branch.id},
        )
    env.invalidate_all()
