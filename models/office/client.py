"""The client is asked for the rights that the office lacks."""

from odoo import fields, models

from ..access import ADMINISTRATOR, allowed


class Connection(models.Model):
    _inherit = "l10n_pl_ksef.connection"

    rights_written_at = fields.Datetime("Client Written To", readonly=True, copy=False)

    def _write_to_client(self):
        """Send the client the sentence about what is to be granted."""
        template = self.env.ref("l10n_pl_ksef.mail_office_request")
        template.send_mail(self.id)
        self.rights_written_at = fields.Datetime.now()
        self.message_post(
            body=self.env._(
                "%(client)s was asked by e-mail for the permissions in KSeF.",
                client=self.company_id.partner_id.email,
            )
        )


class Office(models.Model):
    _inherit = "l10n_pl_ksef.office"

    @allowed(ADMINISTRATOR)
    def action_write(self):
        """Write to each client who has not granted the rights yet; those without an
        e-mail address are named."""
        lacking = self.filtered("rights_request")
        written, left = self.browse(), self.browse()
        for line in lacking:
            # sudo: the client's company was checked to be the user's own
            connection = line.sudo().connection_id
            if connection.company_id.partner_id.email:
                connection._write_to_client()
                written |= line
            else:
                left |= line
        return self._told(
            self.env._("%(count)s clients were written to.", count=len(written)),
            left._companies(),
            self.env._("Without an e-mail address:"),
        )
