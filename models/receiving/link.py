from collections import defaultdict

from odoo import api, models
from odoo.exceptions import UserError

from ..access import BILLING, allowed
from .bill import OPEN_STATES

PURCHASES = ("in_invoice", "in_refund", "in_receipt")
SALES = ("out_invoice", "out_refund")


class Bill(models.Model):
    """Finds what is in the books already, so that nothing is booked twice."""

    _inherit = "l10n_pl_ksef.bill"

    def _link_known(self):
        """Link those whose KSeF number a bill in the books bears already, whatever its
        total: Odoo's own module, or a person, entered it.
        """
        open_bills = self.filtered(
            lambda bill: bill.state in (*OPEN_STATES, "ignored") and not bill.is_sale
        )
        for company, bills in open_bills.grouped("company_id").items():
            numbers = bills.mapped("ksef_number")
            moves = self.env["account.move"].search(
                [
                    ("company_id", "in", company._l10n_pl_ksef_of_taxpayer().ids),
                    ("move_type", "in", PURCHASES),
                    ("l10n_pl_ksef_bill_ids", "=", False),
                    ("l10n_pl_edi_number", "in", numbers),
                ],
                order="id desc",
            )
            by_number = {move.l10n_pl_edi_number: move for move in moves}
            for bill in bills:
                if move := by_number.get(bill.ksef_number):
                    bill._link(move)

    def _propose_links(self):
        """Propose the bills that were entered by hand before KSeF brought them.

        Proposed is a bill of the same vendor (by NIP) with the same number and amount
        that no other invoice in KSeF is linked to.
        """
        open_bills = self.filtered(
            lambda bill: bill.state in ("new", "error") and not bill.is_sale
        )
        for company, bills in open_bills.grouped("company_id").items():
            by_key = bills._moves_by_key(company)
            for bill in bills:
                moves = by_key.get(bill._link_key())
                if moves:
                    bill.write(
                        {"state": "proposed", "proposed_move_id": moves.pop(0).id}
                    )

    def _moves_by_key(self, company):
        """Return ``{(NIP, number, amount): [bills]}`` of those that may be meant."""
        nips = [nip for nip in set(self.mapped("seller_nip")) if nip]
        vats = [*nips, *(f"PL{nip}" for nip in nips)]
        partners = self.env["res.partner"].search([("vat", "in", vats)])
        moves = self.env["account.move"].search(
            [
                ("company_id", "in", company._l10n_pl_ksef_of_taxpayer().ids),
                ("move_type", "in", PURCHASES),
                ("state", "!=", "cancel"),
                ("commercial_partner_id", "in", partners.commercial_partner_id.ids),
                ("ref", "!=", False),
                ("l10n_pl_ksef_bill_ids", "=", False),
            ]
        )
        found = defaultdict(list)
        for move in moves:
            nip = (move.commercial_partner_id.vat or "").removeprefix("PL")
            sign = -1 if move.move_type == "in_refund" else 1
            key = self._key(nip, move.ref, move.currency_id, sign * move.amount_total)
            found[key].append(move)
        return found

    def _link_key(self):
        return self._key(
            self.seller_nip, self.invoice_number, self.currency_id, self.amount_total
        )

    @api.model
    def _key(self, nip, number, currency, amount):
        """Numbers are compared without spaces and case, as people type them."""
        number = "".join((number or "").split()).casefold()
        return nip, number, currency.id, f"{currency.round(amount):.2f}"

    def _match_sales(self):
        """Find the own customer invoices of these; what has none is news to Odoo."""
        for company, bills in self.grouped("company_id").items():
            moves = self.env["account.move"].search(
                [
                    ("company_id", "in", company._l10n_pl_ksef_of_taxpayer().ids),
                    ("move_type", "in", SALES),
                    ("l10n_pl_ksef_number", "in", bills.mapped("ksef_number")),
                ]
            )
            by_number = {move.l10n_pl_ksef_number: move for move in moves}
            for bill in bills:
                if move := by_number.get(bill.ksef_number):
                    bill.write({"state": "imported", "sale_move_id": move.id})

    def _match_self_billed(self):
        """Find those that the company issued itself, in the vendor's name.

        KSeF knows them by the hash of the file, even where its number got lost.
        """
        for company, bills in self.grouped("company_id").items():
            documents = self.env["l10n_pl_ksef.document"].search(
                [
                    ("company_id", "in", company._l10n_pl_ksef_of_taxpayer().ids),
                    ("move_id.journal_id.is_self_billing", "=", True),
                    ("xml_hash", "in", bills.mapped("xml_hash")),
                ]
            )
            by_hash = {document.xml_hash: document for document in documents}
            for bill in bills.filtered(lambda bill: not bill.is_sale):
                if document := by_hash.get(bill.xml_hash):
                    bill._made(document.move_id)

    @allowed(BILLING)
    def action_link(self):
        """Link these to the bills proposed for them."""
        # sudo: nobody may write rows of the inbox, this code does
        bills = self.sudo().filtered("proposed_move_id")
        if not bills:
            raise UserError(self.env._("No bill is proposed for these."))
        for bill in bills:
            bill._link(bill.proposed_move_id)
        return True

    def _link(self, move):
        """``move``, entered by hand, is the bill of this invoice."""
        self._check_company(move)
        self._made(move)
        self._attach_to_move()
        move._l10n_pl_ksef_log(
            self.env._("Linked to the invoice in KSeF: %s.", self.ksef_number)
        )
