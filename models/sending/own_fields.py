"""What only this add-on writes on invoices, whoever may write the invoice."""

from odoo import models

from .mirror import MIRRORED_FIELDS


class AccountMove(models.Model):
    """State, number and files in KSeF follow from documents, never from what is typed.

    Odoo lets whoever may edit an invoice write its computed fields over RPC as well;
    these decide on the lock, so here a ``readonly`` field of ours is written by code
    alone (``sudo()``).
    """

    _inherit = "account.move"

    def _has_field_access(self, field, operation):
        # EXTENDS 'base'
        if operation == "write" and not self.env.su and self._l10n_pl_ksef_owns(field):
            return False
        return super()._has_field_access(field, operation)

    def _l10n_pl_ksef_owns(self, field):
        # EXTENDS l10n_pl_ksef/models/access.py
        return super()._l10n_pl_ksef_owns(field) or field.name in MIRRORED_FIELDS


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def _has_field_access(self, field, operation):
        # EXTENDS 'base': a file in such a field is no way around it
        if operation == "write" and field.model_name == "account.move":
            return self.env["account.move"]._has_field_access(field, operation)
        return super()._has_field_access(field, operation)
