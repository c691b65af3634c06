from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """What earlier versions left as ``l10n_pl_edi`` had it is taken over, too."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["res.company"]._l10n_pl_ksef_take_over()
