from odoo import fields, models

from ..ksef_api import qr
from ..ksef_api.working_days import offline_deadline


class Document(models.Model):
    """Issued now, sent later (*offline24*, art. 106nda of the VAT act).

    Such a document is frozen when it is issued, because both QR codes on the paper hold
    its hash; it waits as ``queued`` and goes to KSeF by itself.
    """

    _inherit = "l10n_pl_ksef.document"

    is_offline = fields.Boolean("Issued Offline", readonly=True)
    deadline = fields.Date(
        "To Be in KSeF By",
        readonly=True,
        help="The last day on which an invoice issued offline may be sent to KSeF.",
    )
    certificate_link = fields.Char(
        "Link of the Second QR Code",
        readonly=True,
        help="Signed with the offline certificate (KOD II).",
    )

    def _issue_offline(self, connection, certificate):
        """Freeze this document and sign its second QR code (*KOD II*).

        :param certificate: ``ksef_api`` KsefCertificate of type offline
        :return: sentences about what the invoice lacks; empty when it is issued
        """
        problems = self._freeze()
        if problems:
            return problems
        link = qr.certificate_link(
            connection._environment(),
            "Nip",
            connection.nip,
            connection.nip,
            certificate,
            self.xml_hash,
        )
        self.write(
            {
                "is_offline": True,
                "environment": connection.environment,
                "certificate_link": link,
                "deadline": offline_deadline(self.move_id.invoice_date),
            }
        )
        return []

    def _state_of_invoice(self):
        """Return what the invoice of this document shows as its state in KSeF."""
        if self.state == "cancelled":
            return False
        return "offline" if self.is_offline and self.state == "queued" else self.state

    def _sending_options(self):
        options = super()._sending_options()
        return {**options, "offline": True} if self.is_offline else options
