from odoo import fields, models
from odoo.exceptions import UserError

from ..ksef_api.crypto import MOST_TOKEN, may_be_ksef_token
from ..models.access import ADMINISTRATOR, allowed


class Connect(models.TransientModel):
    """The window that connects a company to KSeF, by any of three methods.

    A certificate has a window of its own, to which this one leads on with what has been
    entered here. A token is typed in here. A file to be signed is downloaded from the
    connection's own page (``action_sign``), which shows the time that is left.
    """

    _name = "l10n_pl_ksef.connect"
    _description = "KSeF: Connect a Company"
    _inherit = ["l10n_pl_ksef.connect.mixin"]
    _typed_secrets = ("token",)

    method = fields.Selection(
        [
            ("certificate", "KSeF certificate"),
            ("token", "KSeF token"),
            ("signed_file", "Qualified signature or trusted profile"),
        ],
        required=True,
        default="certificate",
    )
    token = fields.Char("KSeF token")

    @allowed(ADMINISTRATOR)
    def action_next(self):
        """Go on with the chosen method."""
        self.ensure_one()
        self._check_answers()
        return getattr(self, f"_next_{self.method}")()

    def _next_certificate(self):
        names = ("environment", "production_confirmed", "nip", "connection_name")
        window = self.env["l10n_pl_ksef.certificate.upload"].create(
            {
                **{name: self[name] for name in (*names, "fetch_afterwards")},
                "company_id": self.company_id.id,
                "move_ids": self.move_ids.ids,
            }
        )
        return window._open()

    def _next_token(self):
        token = (self._typed("token") or "").strip()
        if not token:
            raise UserError(self.env._("Enter the KSeF token."))
        if not may_be_ksef_token(token):
            raise UserError(
                self.env._(
                    "This is no KSeF token: one has at most %(most)s characters, "
                    "without spaces. Copy it again.",
                    most=MOST_TOKEN,
                )
            )
        connections = self.env["l10n_pl_ksef.connection"]
        self._connect("token", ksef_token_sealed=connections._seal_token(token))
        self.token = False
        self.connection_id.action_authorise()
        return self._go_on()

    def _next_signed_file(self):
        self._connect("signed_file")
        return self._sign_window()._open()

    def _sign_window(self):
        return self.env["l10n_pl_ksef.sign"].create(
            {
                "connection_id": self.connection_id.id,
                "company_id": self.company_id.id,
                "environment": self.environment,
                "move_ids": self.move_ids.ids,
                "fetch_afterwards": self.fetch_afterwards,
            }
        )


class Sign(models.TransientModel):
    """The window for the file that is signed outside Odoo: download, sign, upload.

    KSeF takes the signed file within 5 minutes of the download.
    """

    _name = "l10n_pl_ksef.sign"
    _description = "KSeF: File with a Qualified Signature"
    _inherit = ["l10n_pl_ksef.connect.mixin"]

    sign_until = fields.Datetime(related="connection_id.sign_until")
    signed_file = fields.Binary(attachment=False)
    signed_filename = fields.Char("Name of the Signed File")

    def _title(self):
        return self.env._("Authorise with a qualified signature or trusted profile")

    @allowed(ADMINISTRATOR)
    def action_download(self):
        """Order a new file; the browser downloads it and the five minutes begin."""
        self.ensure_one()
        # sudo: nobody may write connections, this code does
        self.connection_id.sudo()._prepare_request()
        return {
            "type": "ir.actions.client",
            "tag": "l10n_pl_ksef.download",
            "params": {
                "url": f"/l10n_pl_ksef/sign/{self.connection_id.id}",
                "next": self._open(),
            },
        }

    @allowed(ADMINISTRATOR)
    def action_upload(self):
        """Check the signed file here, then send it to KSeF."""
        self.ensure_one()
        if not self.signed_file:
            raise UserError(self.env._("Choose the signed file."))
        signed = self._chosen_file("signed_file")
        self.signed_file = False
        # sudo: nobody may write connections, this code does
        connection = self.connection_id.sudo()
        connection._take_signed_request(signed)
        connection._advance_authorisation()
        return self._go_on()

    @allowed(ADMINISTRATOR)
    def action_instructions(self):
        """Print how to sign."""
        report = self.env.ref("l10n_pl_ksef.action_report_sign_instructions")
        return report.report_action(self.connection_id)
