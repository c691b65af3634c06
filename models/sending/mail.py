"""E-mails to customers that wait until the invoice has its KSeF number."""

import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..concurrency import checkpoint, roll_back

_logger = logging.getLogger(__name__)

PENDING = ("queued", "sending", "sent", "unknown", "incomplete", "rejected")
# What the Send window passes as records; kept as ids.
RECORDS = {"mail_template": "mail.template", "pdf_report": "ir.actions.report"}
KEPT = (
    "sending_methods",
    "invoice_edi_format",
    "mail_lang",
    "mail_body",
    "mail_subject",
    "mail_partner_ids",
    "mail_attachments_widget",
)
AT_ONCE = 20
OFFLINE = "OFFLINE"


class ResCompany(models.Model):
    _inherit = "res.company"

    l10n_pl_ksef_mail_after_number = fields.Boolean(
        "E-mail Customers After the KSeF Number",
        default=True,
        help="The e-mail with the invoice waits until KSeF has accepted it, so that "
        "its number and QR code are on the PDF.",
    )

    def _l10n_pl_ksef_mail_when(self):
        """Return when e-mails to customers go out unless somebody chooses."""
        return "number" if self.l10n_pl_ksef_mail_after_number else "now"


class SettingsMixin(models.AbstractModel):
    _inherit = "l10n_pl_ksef.settings.mixin"

    l10n_pl_ksef_mail_after_number = fields.Boolean(
        related="company_id.l10n_pl_ksef_mail_after_number", readonly=False
    )


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_waiting_mail = fields.Json(
        "Waiting E-mail",
        copy=False,
        readonly=True,
        groups=fields.NO_ACCESS,
        help="What the Send window was told, and by whom; sent as that person when "
        "KSeF has accepted the invoice.",
    )

    def _l10n_pl_ksef_mail_waits(self, when=False):
        """Tell whether an e-mail to the customer has to wait for KSeF.

        :param when: "number" or "now", as somebody chose; False as the company does
        """
        self.ensure_one()
        taxpayer = self.company_id._l10n_pl_ksef_taxpayer()
        chosen = when or taxpayer._l10n_pl_ksef_mail_when()
        return chosen == "number" and self.l10n_pl_ksef_state in PENDING

    def button_draft(self):
        # EXTENDS 'account': what changes now is not what was to be sent.
        result = super().button_draft()
        # sudo: nobody may write the waiting e-mail, this code does
        if waiting := self.sudo().filtered("l10n_pl_ksef_waiting_mail"):
            waiting.l10n_pl_ksef_waiting_mail = False
        return result

    @api.model
    def _l10n_pl_ksef_cron_mail(self):
        """Send the e-mails whose invoices KSeF has accepted, or were issued offline."""
        domain = [
            ("company_id.active", "=", True),
            ("l10n_pl_ksef_waiting_mail", "!=", False),
            ("l10n_pl_ksef_state", "in", ("accepted", "offline", "outside")),
        ]
        # sudo: nobody may read the waiting e-mail, this code does
        moves = self.sudo().search(domain, order="id", limit=AT_ONCE)
        for move in moves:
            move._l10n_pl_ksef_send_waiting_mail()
            checkpoint(self.env)
        if len(moves) == AT_ONCE:
            self.env.ref("l10n_pl_ksef.ir_cron_mail")._trigger()

    def _l10n_pl_ksef_send_waiting_mail(self):
        """Send it; one that cannot be sent is told, and does not hold up the next."""
        settings = dict(self.l10n_pl_ksef_waiting_mail)
        # Taken off first: whatever happens to it, it goes out once at most.
        self.l10n_pl_ksef_waiting_mail = False
        checkpoint(self.env)
        try:
            # No savepoint: other ways of sending (Peppol) commit.
            self._l10n_pl_ksef_mail_now(settings)
            self._l10n_pl_ksef_tell_mailed(settings)
        except Exception as error:
            roll_back(self.env)
            _logger.info("KSeF: no e-mail of %s", self.name, exc_info=True)
            told = self.env._("The e-mail could not be sent; send it again.")
            self._l10n_pl_ksef_log(told, str(error))

    def _l10n_pl_ksef_tell_mailed(self, settings):
        """Tell who pressed Send, wherever they are in Odoo now."""
        sender = settings.get("user_id") or settings.get("author_user_id")
        self.env["res.users"].browse(sender)._bus_send(
            "simple_notification",
            {
                "type": "success",
                "title": self.env._("KSeF"),
                "message": self.env._(
                    "%(name)s is in KSeF, number %(number)s; the e-mail to "
                    "%(customer)s has gone out.",
                    name=self.name,
                    number=self.l10n_pl_ksef_number or OFFLINE,
                    customer=self.partner_id.display_name,
                ),
            },
        )

    def _l10n_pl_ksef_mail_now(self, settings):
        """Send it as the person who asked for it, with the rights they have now.

        :raise AccessError: they may not send it, or not what they put into it
        """
        user = self.env["res.users"].browse(settings.get("user_id")).exists()
        if not (user.active or user._is_superuser()):
            told = self.env._("Who wanted to send this e-mail has no access any more.")
            raise AccessError(told)
        own = self.with_context(allowed_company_ids=self.company_id.ids)
        move = own.with_user(user)
        send = move.env["account.move.send"].with_company(move.company_id)
        send._generate_and_send_invoices(
            move,
            allow_raising=False,
            extra_edis=[],
            author_user_id=user.id,
            author_partner_id=user.partner_id.id,
            **send._l10n_pl_ksef_checked(move, settings),
        )


class Document(models.Model):
    _inherit = "l10n_pl_ksef.document"

    def _accept(self, *args, **kwargs):
        result = super()._accept(*args, **kwargs)
        if self.move_id.l10n_pl_ksef_waiting_mail:
            self.env.ref("l10n_pl_ksef.ir_cron_mail")._trigger()
        return result


class AccountMoveSend(models.AbstractModel):
    _inherit = "account.move.send"

    @api.model
    def _get_default_sending_settings(self, move, from_cron=False, **custom_settings):
        # EXTENDS 'account'
        result = super()._get_default_sending_settings(
            move, from_cron=from_cron, **custom_settings
        )
        return {**result, "l10n_pl_ksef_when": custom_settings.get("l10n_pl_ksef_when")}

    @api.model
    def _call_web_service_before_invoice_pdf_render(self, invoices_data):
        # EXTENDS 'account'
        result = super()._call_web_service_before_invoice_pdf_render(invoices_data)
        for move, data in invoices_data.items():
            by_mail = "email" in data["sending_methods"] and not data.get("error")
            if by_mail and move._l10n_pl_ksef_mail_waits(data.get("l10n_pl_ksef_when")):
                # An "error" keeps the PDF from being made before it has the number.
                # A dict: Odoo's own cron asks it whether to retry.
                told = self.env._("The e-mail waits for the KSeF number.")
                data["error"] = {"error_title": told}
                data["l10n_pl_ksef_waits"] = True
        return result

    @api.model
    def _hook_if_errors(self, moves_data, allow_raising=True):
        # EXTENDS 'account'
        for move, data in self._l10n_pl_ksef_waiting(moves_data).items():
            mine = move.with_env(self.env)
            kept = self._l10n_pl_ksef_kept(data)
            self._l10n_pl_ksef_checked(mine, kept)
            # Odoo's cron sends for somebody, whom it names; else who does it is here.
            user_id = data["author_user_id"] if self.env.su else self.env.uid
            # sudo: nobody may write the waiting e-mail, this code does
            move.sudo().l10n_pl_ksef_waiting_mail = kept | {"user_id": user_id}
            move._l10n_pl_ksef_log(data["error"]["error_title"])
        others = self._l10n_pl_ksef_waiting(moves_data, waiting=False)
        return super()._hook_if_errors(others, allow_raising=allow_raising)

    @api.model
    def _generate_invoice_fallback_documents(self, invoices_data):
        # EXTENDS 'account': no proforma for what waits.
        others = self._l10n_pl_ksef_waiting(invoices_data, waiting=False)
        return super()._generate_invoice_fallback_documents(others)

    @api.model
    def _l10n_pl_ksef_waiting(self, moves_data, waiting=True):
        return {
            move: data
            for move, data in moves_data.items()
            if bool(data.get("l10n_pl_ksef_waits")) == waiting
        }

    @api.model
    def _l10n_pl_ksef_kept(self, data):
        """Return what ``_generate_and_send_invoices`` was told, fit for JSON."""
        kept = {name: data[name] for name in KEPT if name in data}
        kept["sending_methods"] = list(data["sending_methods"])
        for name in RECORDS:
            kept[name] = data[name].id if data.get(name) else False
        return kept

    @api.model
    def _l10n_pl_ksef_checked(self, move, kept):
        """Return ``kept`` with its records, all of which the current user may use.

        Asked when it is kept, and again when it is carried out.

        :param kept: as ``_l10n_pl_ksef_kept`` returns it
        :raise AccessError: naming what the user may not use
        """
        self.env["account.move.send.wizard"].check_access("create")
        move.check_access("read")
        settings = {name: kept[name] for name in KEPT if name in kept}
        templates = self.env["mail.template"].browse(kept.get("mail_template") or [])
        templates.exists().check_access("read")
        # One that is made for another model would show another record.
        for name, model in RECORDS.items():
            # sudo: reports may be read by system administrators only
            record = self.env[model].sudo().browse(kept.get(name) or []).exists()
            fitting = record.filtered(lambda r: r.model == "account.move")
            settings[name] = fitting.with_env(self.env)
        partners = self.env["res.partner"].browse(kept.get("mail_partner_ids"))
        partners.exists().check_access("read")
        settings["mail_partner_ids"] = partners.exists().ids
        files = kept.get("mail_attachments_widget") or []
        ids = [int(file["id"]) for file in files if str(file.get("id")).isdigit()]
        self.env["ir.attachment"].browse(ids).exists().check_access("read")
        return settings
