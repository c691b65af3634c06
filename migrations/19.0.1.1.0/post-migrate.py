from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """The chart's tax for exempt purchases was taken for one of 0 %."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    taxes = env["account.tax"].with_context(active_test=False)
    for tax in taxes.search(
        [("type_tax_use", "=", "purchase"), ("l10n_pl_ksef_rate", "=", "0 KR")]
    ):
        if tax._l10n_pl_ksef_is_chart_exempt():
            tax.l10n_pl_ksef_rate = "zw"
