"""What KSeF has against a change of rights, in sentences ([oa] *permissions*)."""

from odoo import api, models


class VerdictTexts(models.AbstractModel):
    _inherit = "l10n_pl_ksef.verdict"

    @api.model
    def _of_permission_status(self, status):
        """Return the sentence for an operation that did not end well."""
        text = self._permission_sentences().get(status.code)
        told = text or self._with_details(status.code, [], status.description)
        return "\n".join([told, *(status.details or [])])

    def _permission_sentences(self):
        return {
            400: self.env._(
                "KSeF could not do it. A permission that was taken back meanwhile, or "
                "that KSeF itself gave, cannot be taken back."
            ),
            410: self.env._(
                "KSeF finds no relation between these numbers. For a person at a "
                "client: the client must first grant your office the same right, and "
                "that it may be passed on."
            ),
            420: self.env._(
                "This login may not change permissions: it needs the right to manage "
                "them."
            ),
            430: self.env._(
                "This company's role in KSeF does not allow such a permission."
            ),
            440: self.env._("KSeF does not allow this between these two."),
            450: self.env._(
                "KSeF does not allow this permission for this number: the owner of the "
                "company has all rights already, or a number of another kind is needed."
            ),
        }
