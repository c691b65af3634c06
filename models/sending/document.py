import base64
import binascii

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...ksef_api import crypto, fa3
from ...ksef_api.errors import BadAnswer
from ...ksef_api.upo import read_upo
from ..connection.connection import ENVIRONMENTS

IN_FLIGHT = ("queued", "sending", "sent", "unknown")
# Sent, or about to be, and not judged by KSeF.
UNDECIDED = ("sending", "sent", "unknown")
PRODUCTION = "production"


class FrozenFileError(UserError):
    """The file of a document is missing from the file store, or is another one."""


class Document(models.Model):
    """One attempt to put one invoice into KSeF.

    A row is never sent twice, and never deleted once it has left: what is sent again is
    a new row. The file is frozen before it goes out, and its hash finds it again in
    KSeF. States::

        queued --> sending --> sent --> accepted | rejected
                   sending --no answer--> unknown --asked--> sent | queued
        queued --something is missing--> incomplete
        queued --invoice reset to draft--> cancelled
        queued --issued during a total failure of KSeF--> outside

    ``queued`` waits for the send cron (or for ``retry_at``), ``sending`` is between the
    two commits around the call, ``unknown`` means that the answer was lost.
    """

    _name = "l10n_pl_ksef.document"
    _description = "KSeF Document"
    _order = "id desc"
    _rec_name = "invoice_number"

    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        related="move_id.company_id", store=True, index=True, readonly=True
    )
    journal_id = fields.Many2one(
        related="move_id.journal_id", store=True, readonly=True
    )
    session_id = fields.Many2one(
        "l10n_pl_ksef.session", readonly=True, index="btree_not_null"
    )
    environment = fields.Selection(ENVIRONMENTS, readonly=True)
    state = fields.Selection(
        [
            ("queued", "Waiting to be sent"),
            ("sending", "Being sent"),
            ("sent", "Sent, being checked"),
            ("unknown", "No answer, being asked"),
            ("accepted", "Accepted"),
            ("incomplete", "To Complete"),
            ("rejected", "Rejected"),
            ("cancelled", "Cancelled"),
            ("outside", "Outside KSeF"),
        ],
        required=True,
        readonly=True,
        default="queued",
        index=True,
    )
    invoice_number = fields.Char(readonly=True)
    xml_file = fields.Binary("FA(3) File", attachment=True, readonly=True)
    xml_name = fields.Char("File Name", compute="_compute_file_names")
    xml_hash = fields.Char("Hash (SHA-256)", readonly=True, index="btree_not_null")
    is_validated = fields.Boolean(
        "Checked Against the Schema",
        readonly=True,
        help="Not checked here when the FA(3) schema could not be had.",
    )
    invoice_reference = fields.Char("Reference Number", readonly=True)
    ksef_number = fields.Char("KSeF Number", readonly=True, index="btree_not_null")
    session_reference = fields.Char(
        "Session in KSeF",
        readonly=True,
        help="The session whose UPO names the invoice.",
    )
    sent_at = fields.Datetime("Sent On", readonly=True)
    accepted_at = fields.Datetime("Accepted On", readonly=True)
    upo_file = fields.Binary("UPO", attachment=True, readonly=True)
    upo_name = fields.Char("File Name of the UPO", compute="_compute_file_names")
    status_code = fields.Integer(readonly=True)
    status_message = fields.Text("All Remarks", readonly=True)
    retry_at = fields.Datetime("Next Attempt", readonly=True)
    poll_count = fields.Integer("Times Asked", readonly=True)
    one_by_one = fields.Boolean(
        "Not in a Batch",
        readonly=True,
        help="KSeF could not take the package that it was in, so it goes by itself.",
    )

    _in_flight_unique = models.UniqueIndex(
        "(move_id, COALESCE(environment, '')) "
        "WHERE state IN ('queued', 'sending', 'sent', 'unknown')",
        "This invoice is on its way to KSeF already.",
    )
    _accepted_unique = models.UniqueIndex(
        "(move_id, environment) WHERE state = 'accepted'",
        "This invoice is in KSeF already.",
    )

    @api.depends("invoice_number", "ksef_number")
    def _compute_file_names(self):
        for document in self:
            name = (document.invoice_number or "").replace("/", "_")
            document.xml_name = f"FA3-{name}.xml"
            document.upo_name = f"UPO-{document.ksef_number or name}.xml"

    @api.ondelete(at_uninstall=False)
    def _unlink_unsent_only(self):
        if not all(document._never_left() for document in self):
            raise UserError(
                self.env._("The history of what was sent to KSeF cannot be deleted.")
            )

    def _never_left(self):
        """Tell whether neither KSeF nor the customer can know of this document."""
        at_home = self.state in ("queued", "cancelled", "incomplete", "rejected")
        return at_home and not self.session_id and not self.environment

    @api.model
    def _queue(self, moves):
        """Queue those of ``moves`` that are not in KSeF or on the way to it.

        :return: the documents in flight of ``moves``, old and new
        """
        # sudo: nobody may write documents, this code does
        documents = self.sudo().search(
            [("move_id", "in", moves.ids), ("state", "in", IN_FLIGHT)]
        )
        documents = documents.filtered(lambda document: document._counts_now())
        new = (moves - documents.move_id).filtered(
            lambda move: not move._l10n_pl_ksef_accepted_document()
        )
        # sudo: nobody may write documents, this code does
        return documents | self.sudo().create(
            [{"move_id": move.id, "invoice_number": move.name} for move in new]
        )

    def _counts_now(self):
        """Tell whether this document may be on its way to where the company sends now.

        One that goes to another environment counts there only. A company that is not
        connected may well come back to the environment of this one.
        """
        now = self.company_id.l10n_pl_ksef_environment
        return not now or not self.environment or self.environment == now

    def _freeze(self):
        """Build the FA(3) file once; what may have been sent is never built again.

        :return: sentences about what the invoice lacks; empty when the file is ready
        """
        self.ensure_one()
        if self.xml_hash:
            return []
        problems = self.move_id._l10n_pl_ksef_faults()
        if problems:
            return problems
        invoice = self.move_id._l10n_pl_ksef_invoice()
        schema = self.env["l10n_pl_ksef.schema"]
        faults = schema._faults(invoice)
        if faults:
            return faults
        xml = fa3.write(invoice)
        self.write(
            {
                "xml_file": base64.b64encode(xml),
                "xml_hash": crypto.sha256_b64(xml),
                "invoice_number": self.move_id.name,
                "is_validated": bool(schema._loaded()),
            }
        )
        return []

    def _xml(self):
        """Return the frozen file.

        :raise FrozenFileError: it is not there, or not what was frozen
        """
        xml = base64.b64decode(self.with_context(bin_size=False).xml_file or b"")
        # The file store gives 0 bytes for a file that it has lost.
        if not xml or crypto.sha256_b64(xml) != self.xml_hash:
            raise FrozenFileError(
                self.env._(
                    "The FA(3) file of %(name)s is missing from this server's file "
                    "store, or was changed there. Restore it from a backup; nothing "
                    "else is sent in its place.",
                    name=self.invoice_number,
                )
            )
        return xml

    def _upo(self):
        """Return the UPO as KSeF signed it."""
        return base64.b64decode(self.with_context(bin_size=False).upo_file)

    def _store_upo(self, download):
        """Keep the UPO as KSeF signed it, byte for byte, once it proves to be ours.

        :param download: ``ksef_api`` Download
        :raise BadAnswer: the UPO is of another document
        """
        upo = read_upo(download.content)
        if not any(
            entry.ksef_number == self.ksef_number and self._same_hash(entry.hash)
            for entry in upo.documents
        ):
            raise BadAnswer("upo")
        self.upo_file = base64.b64encode(download.content)
        self.move_id._l10n_pl_ksef_mirror()

    def _same_hash(self, other):
        try:
            mine, theirs = (base64.b64decode(h) for h in (self.xml_hash, other))
        except (binascii.Error, TypeError):
            return False
        return mine == theirs
