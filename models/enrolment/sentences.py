"""What people are told when KSeF makes no certificate."""

from odoo import models


class VerdictTexts(models.AbstractModel):
    _inherit = "l10n_pl_ksef.verdict"

    def _sentences(self):
        # EXTENDS l10n_pl_ksef/models/connection/verdict_sentences.py
        only_signed = self.env._(
            "KSeF lets only whoever logs in with a signature or a certificate order "
            "certificates. Sign a file once with the trusted profile or a qualified "
            "signature."
        )
        return {
            **super()._sentences(),
            25001: only_signed,
            25002: only_signed,
            25003: self.env._(
                "KSeF found other data of the owner in the request than it has. Order "
                "again; when this repeats, tell the administrator."
            ),
            25004: self.env._(
                "KSeF could not read the request for a certificate. Tell the "
                "administrator: the add-on may need an update."
            ),
            25005: self.env._("KSeF does not know this order of a certificate."),
            25006: self.env._(
                "KSeF takes no more orders of certificates from this owner. Ask KSeF's "
                "help desk for a higher limit, or order with the company's seal."
            ),
            25007: self.env._(
                "The owner has as many certificates as KSeF allows. Revoke one that "
                "nobody uses (Certificates in KSeF), then order again."
            ),
            25008: self.env._("KSeF has no certificate of this number."),
            25009: self.env._("The certificate is not valid any more in KSeF."),
            25010: self.env._("KSeF does not take this kind of key."),
            25011: self.env._("KSeF does not take this kind of signature."),
        }


class Enrolment(models.Model):
    _inherit = "l10n_pl_ksef.enrolment"

    def _no_more_text(self, limits):
        """Return why KSeF lets nothing be ordered now (GET /certificates/limits)."""
        sentences = self.env["l10n_pl_ksef.verdict"]._sentences()
        orders = limits.get("enrollment") or {}
        return sentences[25007 if orders.get("remaining") else 25006]

    def _refusal_text(self, status):
        """Return what the end of an order means that made no certificate."""
        return self.env["l10n_pl_ksef.verdict"]._with_details(
            status.code, status.details, status.description
        )
