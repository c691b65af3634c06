from odoo import fields, models
from odoo.exceptions import UserError

from ...ksef_api import company_register
from ...ksef_api.company_register import RegisterError
from ...ksef_api.nip import is_valid_nip, normalize_nip

WSDL_URL = "l10n_pl_ksef.gus_wsdl_url"


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["res.company", "l10n_pl_ksef.sealed.mixin"]

    l10n_pl_ksef_gus_key_sealed = fields.Text(
        "GUS Key (encrypted)", groups=fields.NO_ACCESS, copy=False
    )

    def _l10n_pl_ksef_find_company(self, nip, user_key=None):
        """Return what GUS REGON says of ``nip`` (``ksef_api`` Company).

        :param user_key: key from GUS; the one kept by the company when not given. A new
            one is kept once GUS has taken it
        :raise UserError: with a sentence about what is wrong
        """
        self.ensure_one()
        number = normalize_nip(nip or "")
        if not is_valid_nip(number):
            raise UserError(
                self.env._(
                    "%(nip)s is not a valid NIP: its control digit does not match.",
                    nip=nip or "–",
                )
            )
        taxpayer = self._l10n_pl_ksef_taxpayer()
        known_key = taxpayer._unseal("l10n_pl_ksef_gus_key_sealed")
        key = user_key or (known_key and known_key.decode())
        if not key:
            raise UserError(self._l10n_pl_ksef_register_sentence("no_key"))
        # sudo: a parameter of the system; nobody is shown it
        url = self.env["ir.config_parameter"].sudo().get_param(WSDL_URL)
        try:
            found = company_register.find_company(
                number, key, url or company_register.WSDL
            )
        except RegisterError as error:
            raise UserError(
                self._l10n_pl_ksef_register_sentence(error.reason)
            ) from error
        if user_key:
            sealed = self._seal("l10n_pl_ksef_gus_key_sealed", user_key)
            taxpayer.l10n_pl_ksef_gus_key_sealed = sealed
        return found

    def _l10n_pl_ksef_register_sentence(self, reason):
        return {
            "no_key": self.env._(
                "Enter the user key that GUS gave you for the REGON service (BIR)."
            ),
            "wrong_key": self.env._(
                "GUS does not know this user key. Check it, or ask GUS for a new one."
            ),
            "not_found": self.env._("GUS REGON knows no company with this NIP."),
            "unreachable": self.env._(
                "GUS REGON cannot be reached now. Try again later, or enter the data "
                "yourself."
            ),
            "bad_answer": self.env._(
                "GUS REGON gave an answer that cannot be read. Try again later, or "
                "enter the data yourself."
            ),
        }[reason]
