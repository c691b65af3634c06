"""Rules decide on a document that becomes a bill, and on rows of the inbox."""

import logging

from odoo import fields, models

from ...ksef_api import fa3
from ...ksef_api.errors import DocumentError
from ..bill.pipeline import Choice
from ..receiving.bill import OPEN_STATES
from .compiled import Facts, LineFacts

_logger = logging.getLogger(__name__)


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_rule_text = fields.Text("Decided by Rules", readonly=True, copy=False)

    def _l10n_pl_ksef_decide(self, bill_import):
        # EXTENDS l10n_pl_ksef/models/bill/pipeline.py
        super()._l10n_pl_ksef_decide(bill_import)
        rules = self.env["l10n_pl_ksef.rule"]._of_company(bill_import.company)
        vendor = bill_import.partner
        vendors = {vendor.id, vendor.commercial_partner_id.id}
        bill_import.decision = rules.decide(Facts.of(bill_import.document, vendors))
        if not bill_import.decision.rules:
            return
        bill_import.choose = Chooser(self.env, bill_import.decision)
        # A file was dropped on the journal that somebody chose.
        journal = bill_import.decision.of_bill("journal")
        if journal and bill_import.raw is None:
            bill_import.journal = self.env["account.journal"].browse(journal)
            bill_import.values["journal_id"] = journal
        told = bill_import.decision.told()
        bill_import.values["l10n_pl_ksef_rule_text"] = "\n".join(
            self.env._(
                "By rule “%(rule)s”: %(why)s → %(told)s.",
                rule=name,
                why=why or self.env._("every invoice"),
                told=what,
            )
            for name, why, what in told
        )


class Chooser:
    """What a decision means for a line, in records."""

    def __init__(self, env, decision):
        self.env = env
        self.decision = decision
        self.known = {}

    def __call__(self, line):
        """Return the ``Choice`` for an ``fa3`` Line; None stands for the sums."""
        found = self.decision.of_line(line and LineFacts.of(line))
        key = repr(found)
        if key not in self.known:
            self.known[key] = Choice(
                product=self.env["product.product"].browse(found.get("product")),
                tax=self.env["account.tax"].browse(found.get("tax")),
                account_id=found.get("account"),
                analytic=found.get("analytic"),
            )
        return self.known[key]


class Bill(models.Model):
    _inherit = "l10n_pl_ksef.bill"

    rule_text = fields.Text("Decided by Rules", readonly=True)

    def _keep(self, files):
        # EXTENDS l10n_pl_ksef/models/receiving/ingest.py
        good = super()._keep(files)
        for company, bills in good.grouped("company_id").items():
            if company._l10n_pl_ksef_parts():
                bills._sort(files)
        return good

    def _sort(self, files):
        """Look at the documents of rows whose file has come; no fault in it keeps
        anything from being received.
        """
        read = {}
        for bill in self:
            try:
                read[bill] = fa3.read(files[bill.ksef_number]).document
            except DocumentError:
                _logger.info("KSeF: %s cannot be sorted", bill.ksef_number)
        bills = self.browse().union(*read)
        try:
            with self.env.cr.savepoint():
                bills._sorted(read)
        except Exception:
            self.env.invalidate_all(flush=False)
            _logger.exception("KSeF: %s could not be sorted", bills)

    def _sorted(self, read):
        """Write down what follows from documents.

        :param read: ``{row: fa3 Invoice}``
        """
        vendors = self._vendors()
        for bill, document in read.items():
            rules = self.env["l10n_pl_ksef.rule"]._of_company(bill.company_id)
            found = vendors.get(bill.seller_nip, self.env["res.partner"])
            decision = rules.decide(Facts.of(document, found.ids))
            bill.write(bill._sorted_values(document, decision, found))

    def _vendors(self):
        """Return ``{NIP: partners}`` of the sellers, looked up once for all."""
        by_nip = {}
        nips = [nip for nip in set(self.mapped("seller_nip")) if nip]
        partners = self.env["res.partner"].search(
            [
                ("vat", "in", [*nips, *(f"PL{nip}" for nip in nips)]),
                ("company_id", "in", [False, *self.company_id.ids]),
            ]
        )
        for partner in partners | partners.commercial_partner_id:
            nip = (partner.vat or "").removeprefix("PL")
            by_nip[nip] = by_nip.get(nip, partners.browse()) | partner
        return by_nip

    def _sorted_values(self, document, decision, vendors):
        """Return the values of this row that follow.

        :param document: ``fa3`` Invoice
        :param vendors: partners with the seller's NIP
        """
        self.ensure_one()
        if not decision.of_bill("ignore") or self.is_wanted:
            return {}
        if self.state not in OPEN_STATES or self.is_sale:
            return {}
        return {
            "state": "ignored",
            "retry_at": False,
            "rule_text": self._told(decision),
        }

    def _told(self, decision):
        rule = next(rule for rule in decision.rules if "ignore" in rule.gives)
        return self.env._(
            "Ignored by rule “%(rule)s”: %(why)s.",
            rule=rule.name,
            why=rule.why or self.env._("every invoice"),
        )
