from odoo import fields, models

# Crons of Odoo's own KSeF module, in Debian's build and in newer ones.
REPLACED_CRONS = (
    "l10n_pl_edi.cron_auto_checks_the_polish_invoice_status",
    "l10n_pl_edi.cron_l10n_pl_edi_ksef_download_bills",
    "l10n_pl_edi.cron_l10n_pl_edi_refresh_tokens",
)


def set_replaced_crons(env, active):
    """Switch the crons of ``l10n_pl_edi`` off while ours work, and on again after."""
    for xml_id in REPLACED_CRONS:
        cron = env.ref(xml_id, raise_if_not_found=False)
        if cron and cron.active != active:
            # sudo: crons are written by system administrators only
            cron.sudo().active = active


class Connection(models.Model):
    _inherit = "l10n_pl_ksef.connection"

    def _register_hook(self):
        # An upgrade of l10n_pl_edi may bring a cron that was not there at our own
        # installation: two modules must never talk to KSeF for one company.
        super()._register_hook()
        set_replaced_crons(self.env, active=False)


class ResCompany(models.Model):
    _inherit = "res.company"

    # `l10n_pl_edi` keeps these in attachments, but its neutralize.sql names columns: as
    # long as they are not there, no database with that module can be neutralised.
    l10n_pl_edi_session_key = fields.Binary(attachment=False)
    l10n_pl_edi_session_iv = fields.Binary(attachment=False)
