from odoo import fields, models


class AccountPayment(models.Model):
    """A payment remembers what its title says and why; exporters read ``memo``."""

    _inherit = "account.payment"

    l10n_pl_ksef_identifier_id = fields.Many2one(
        "l10n_pl_ksef.identifier",
        "Collective Identifier",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    l10n_pl_ksef_title_number = fields.Char(
        "KSeF Number in the Title",
        readonly=True,
        copy=False,
        help="The KSeF number or the collective identifier that the title carries.",
    )
    l10n_pl_ksef_is_split = fields.Boolean(
        "Paid in Split Payment (MPP)", readonly=True, copy=False
    )

    def _has_field_access(self, field, operation):
        # EXTENDS 'base': what is told of KSeF and of the white list is written by code
        if operation == "write" and not self.env.su and self._l10n_pl_ksef_owns(field):
            return False
        return super()._has_field_access(field, operation)
