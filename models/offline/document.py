from odoo import api, fields, models
from odoo.tools import format_date

from ...ksef_api import qr
from ...ksef_api.working_days import offline_deadline
from ..times import warsaw_day

OVER = ("accepted", "cancelled", "outside")
# Working days after the end of an announced trouble, by its category.
WORKING_DAYS = {"maintenance": 1, "failure": 7}
# What a technical correction may cure: the file, its number, what stands in it.
FAULTS_OF_FILE = (430, 440, 450)


class Document(models.Model):
    """Issued now, sent later.

    Such a document is frozen when it is issued, because both QR codes on the paper hold
    its hash; it waits as ``queued`` and goes to KSeF by itself. Without an announced
    trouble of KSeF it was the company's choice (*offline24*, art. 106nda of the VAT
    act); with one, that was an unavailability (106nh) or a failure (106nf).
    """

    _inherit = "l10n_pl_ksef.document"

    is_offline = fields.Boolean("Issued Offline", readonly=True)
    issued_at = fields.Datetime("Issued Offline On", readonly=True)
    outage_id = fields.Many2one(
        "l10n_pl_ksef.outage",
        "Trouble of KSeF",
        readonly=True,
        index="btree_not_null",
        help="The announced trouble from whose end the deadline is counted.",
    )
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
    corrects_id = fields.Many2one(
        "l10n_pl_ksef.document",
        "Technical Correction Of",
        readonly=True,
        help="The file that the customer has, and that KSeF rejected.",
    )

    # --- issuing -------------------------------------------------------------

    def _issue_offline(self, connection, certificate, outage):
        """Freeze this document and sign its second QR code (*KOD II*).

        :param certificate: ``ksef_api`` KsefCertificate of type offline
        :param outage: the announced trouble of KSeF, or none (*offline24*)
        :return: sentences about what the invoice lacks; empty when it is issued
        """
        problems = self._freeze()
        if problems:
            return problems
        link = qr.certificate_link(
            connection._environment(),
            "Nip",
            connection.nip,
            self.move_id._l10n_pl_ksef_seller_nip(),
            certificate,
            self.xml_hash,
        )
        self.write(
            {
                "is_offline": True,
                "issued_at": fields.Datetime.now(),
                "environment": connection.environment,
                "certificate_link": link,
                "outage_id": outage.id,
                "deadline": self._deadline_after(self.move_id.invoice_date, outage),
                "status_code": False,
                "status_message": False,
            }
        )
        return []

    def _issue_outside(self, connection, outage):
        """Note that this invoice is issued outside KSeF: a total failure was announced.

        Such an invoice need not have the form of FA(3), has no QR codes and is never
        sent (art. 106ng of the VAT act).
        """
        self.write(
            {
                "state": "outside",
                "environment": connection.environment,
                "outage_id": outage.id,
                "retry_at": False,
                "status_code": False,
                "status_message": False,
            }
        )

    # --- the deadline --------------------------------------------------------

    @api.model
    def _deadline_after(self, issued, outage):
        """Return the last day for sending, False while nobody can know it, or when
        there is none any more.

        :param issued: date of issue (*P_1*)
        """
        if not outage:
            return offline_deadline(issued)
        days = WORKING_DAYS.get(outage.category)
        if not days or not outage.end:
            return False
        return offline_deadline(warsaw_day(outage.end), days)

    @api.model
    def _outage_changed(self, outages):
        """Count the deadlines anew: KSeF announced a trouble, its end, or a change.

        A failure announced while an invoice waits moves its deadline, whatever mode it
        was issued in (*tryby-offline.md*).
        """
        for outage in outages.sorted("start"):
            waiting = self.search(
                [
                    ("is_offline", "=", True),
                    ("state", "not in", OVER),
                    ("environment", "=", outage.environment),
                ]
            )
            concerned = waiting.filtered(lambda d, o=outage: o._concerns(d.company_id))
            for document in concerned.filtered(lambda d, o=outage: d._is_moved_by(o)):
                document._take_deadline_from(outage)

    def _is_moved_by(self, outage):
        if self.outage_id == outage:
            return True
        if self.outage_id.category == "total_failure":
            # It need not be sent any more, whatever comes after.
            return False
        serious = outage.category in ("failure", "total_failure")
        in_force = not outage.end or outage.end >= self.issued_at
        in_time = not self.deadline or warsaw_day(outage.start) <= self.deadline
        later = not self.outage_id or self.outage_id.start < outage.start
        return serious and in_force and in_time and later

    def _take_deadline_from(self, outage):
        deadline = self._deadline_after(self.move_id.invoice_date, outage)
        if (self.outage_id, self.deadline) == (outage, deadline):
            return
        self.write({"outage_id": outage.id, "deadline": deadline})
        self.move_id._l10n_pl_ksef_log(self._deadline_sentence())

    def _deadline_sentence(self):
        """Return by when this document has to be in KSeF, in words."""
        if self.deadline:
            return self.env._(
                "Issued offline. It must be in KSeF by %(day)s and is sent by itself.",
                day=format_date(self.env, self.deadline),
            )
        if self.outage_id.category == "total_failure":
            return self.env._(
                "Issued offline. KSeF announced a total failure, so it need not be in "
                "KSeF by any day; it is sent by itself all the same."
            )
        return self.env._(
            "Issued offline. By when it must be in KSeF is known when KSeF announces "
            "the end of its trouble; it is sent by itself."
        )

    # --- sending, and sending again ------------------------------------------

    def _state_of_invoice(self):
        """Return what the invoice of this document shows as its state in KSeF."""
        if self.state == "cancelled":
            return False
        return "offline" if self.is_offline and self.state == "queued" else self.state

    def _sending_options(self):
        options = super()._sending_options()
        if self.is_offline:
            options = {**options, "offline": True}
        if self.corrects_id:
            options = {**options, "corrected_hash": self.corrects_id.xml_hash}
        return options

    @api.model
    def _queue(self, moves):
        documents = super()._queue(moves)
        for document in documents.filtered(lambda d: not d.xml_hash):
            rejected = document.move_id._l10n_pl_ksef_rejected_offline()
            if rejected and not document.is_offline:
                document._follow(rejected)
        return documents

    def _follow(self, rejected):
        """Make this document the next attempt to send what the customer has already.

        The file is the one that was issued, unless the file was at fault: then a new
        one goes as its technical correction (*offline/korekta-techniczna.md*).
        """
        self.write(
            {
                "is_offline": True,
                "issued_at": rejected.issued_at,
                "environment": rejected.environment,
                "outage_id": rejected.outage_id.id,
                "deadline": rejected.deadline,
                "certificate_link": rejected.certificate_link,
                "corrects_id": rejected.corrects_id.id,
            }
        )
        if rejected.status_code in FAULTS_OF_FILE:
            self.corrects_id = rejected.corrects_id or rejected
        elif rejected.xml_hash:
            self.xml_file = rejected.with_context(bin_size=False).xml_file
            self.write(
                {
                    "xml_hash": rejected.xml_hash,
                    "is_validated": rejected.is_validated,
                }
            )
