from decimal import Decimal

from lxml import etree

from odoo import Command, api, models
from odoo.exceptions import UserError

from ..ksef_api import fa3
from ..ksef_api.fa3 import FA2, FA3

FILE_TYPE = "l10n_pl_ksef.fa3"
PURCHASE_SIGN = {"in_invoice": 1, "in_refund": -1}


class AccountMove(models.Model):
    _inherit = "account.move"

    @api.model
    def _get_import_file_type(self, file_data):
        # EXTENDS 'account'
        tree = file_data.get("xml_tree")
        if tree is not None and etree.QName(tree).namespace in (FA2, FA3):
            return FILE_TYPE
        return super()._get_import_file_type(file_data)

    def _get_edi_decoder(self, file_data, new=False):
        # EXTENDS 'account'
        if file_data["import_file_type"] == FILE_TYPE:
            return {"priority": 20, "decoder": self._l10n_pl_ksef_decode}
        return super()._get_edi_decoder(file_data, new=new)

    @api.model
    def _l10n_pl_ksef_decode(self, invoice, file_data, new):
        """Fill ``invoice`` from an FA(3) file that was dropped on a journal or "
        "mailed."""
        if reason := invoice._reason_cannot_decode_has_invoice_lines():
            return reason
        document = fa3.read(file_data["raw"]).document
        invoice._l10n_pl_ksef_take_over(document)
        return None

    def _l10n_pl_ksef_take_over(self, document):
        """Make this empty bill what ``document`` (``fa3`` Invoice) says.

        :raise UserError: the document cannot become a bill, with the reason
        """
        with self._get_edi_creation() as move:
            move._l10n_pl_ksef_fill(document)
        # Odoo knows its own total only now that taxes have been computed.
        total = document.body.total * PURCHASE_SIGN[self.move_type]
        self._l10n_pl_ksef_round_to(total)

    def _l10n_pl_ksef_fill(self, document):
        """Take partner, dates, lines and taxes from ``document``."""
        body = document.body
        partner = self._l10n_pl_ksef_seller_partner(document.seller)
        self.write(
            {
                "move_type": "in_refund" if body.total < 0 else "in_invoice",
                "partner_id": partner.id,
                "ref": body.number,
                "invoice_date": body.issue_date,
                "taxable_supply_date": body.sale_date,
                "currency_id": self._l10n_pl_ksef_currency(body.currency).id,
            }
        )
        sign = PURCHASE_SIGN[self.move_type]
        self.invoice_line_ids = [
            Command.create(self._l10n_pl_ksef_line_values(line, sign))
            for line in body.lines
            if not line.before
        ]
        due = [
            item.on for item in (body.payment.due if body.payment else []) if item.on
        ]
        if due:
            self.invoice_payment_term_id = False
            self.invoice_date_due = max(due)

    def _l10n_pl_ksef_seller_partner(self, seller):
        """Return the vendor by NIP; one not known yet is made."""
        nip, name = seller.identification.nip, seller.identification.name
        partners = self.env["res.partner"].with_company(self.company_id)
        partner = partners.search(
            [
                ("vat", "in", (nip, f"PL{nip}")),
                ("company_id", "in", (False, self.company_id.id)),
                ("parent_id", "=", False),
            ],
            limit=1,
        )
        if partner:
            return partner
        country = self.env["res.country"].search(
            [("code", "=", seller.address.country)], limit=1
        )
        return partners.create(
            {
                "name": name,
                "is_company": True,
                "vat": f"PL{nip}",
                "street": seller.address.line1,
                "street2": seller.address.line2,
                "country_id": country.id,
            }
        )

    def _l10n_pl_ksef_currency(self, code):
        currency = self.env["res.currency"].search([("name", "=", code)], limit=1)
        if not currency:
            raise UserError(
                self.env._("Activate the currency %(code)s first.", code=code)
            )
        return currency

    def _l10n_pl_ksef_line_values(self, line, sign):
        """Return one line; its net amount is that of the document."""
        gross_only = line.net is None and line.gross is not None
        amount = line.gross if gross_only else line.net
        quantity = line.quantity or Decimal(1)
        if amount is None:
            amount = quantity * (line.unit_price_net or 0)
        tax = self._l10n_pl_ksef_purchase_tax(line.rate)
        if gross_only and line.rate and fa3.RATES[line.rate].percent:
            amount = amount / (1 + fa3.RATES[line.rate].percent / 100)
        return {
            "name": line.name or line.index,
            "quantity": float(quantity * sign),
            "price_unit": float(amount / quantity),
            "tax_ids": [Command.set(tax.ids)],
        }

    def _l10n_pl_ksef_purchase_tax(self, rate):
        """Return the company's purchase tax for a rate of FA(3) (*P_12*)."""
        rule = fa3.RATES.get(rate)
        taxes = self.env["account.tax"].search(
            [
                *self.env["account.tax"]._check_company_domain(self.company_id),
                ("type_tax_use", "=", "purchase"),
                ("amount_type", "=", "percent"),
                ("amount", "=", float(rule.percent or 0) if rule else 0),
            ]
        )
        exempt = self.env.ref(
            f"account.{self.company_id.id}_vz_kraj_zw", raise_if_not_found=False
        )
        if rate == fa3.Rate.EXEMPT and exempt:
            return exempt
        return (taxes - (exempt or taxes.browse()))[:1]

    def _l10n_pl_ksef_round_to(self, total):
        """Make the bill's total the document's; a difference stands in its own line."""
        difference = float(total) - self.amount_total
        if self.currency_id.is_zero(difference):
            return
        self.invoice_line_ids = [
            Command.create(
                {
                    "name": self.env._("Rounding difference to the document in KSeF"),
                    "quantity": 1,
                    "price_unit": difference,
                    "tax_ids": [Command.clear()],
                }
            )
        ]


class Bill(models.Model):
    _inherit = "l10n_pl_ksef.bill"

    def _make_move(self):
        """Return the vendor bill made of the file, linked to this row."""
        self.ensure_one()
        document = fa3.read(self._xml()).document
        move = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "journal_id": self.company_id._l10n_pl_ksef_bill_journal().id,
            }
        )
        move._l10n_pl_ksef_take_over(document)
        return move
