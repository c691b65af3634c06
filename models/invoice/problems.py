from typing import NamedTuple

from odoo import models

from ...ksef_api.ksef_number import is_valid as is_valid_ksef_number
from ...ksef_api.nip import is_valid_nip, normalize_nip
from .account_tax import MARGIN

BASIS = "l10n_pl_ksef_exemption"


class Problem(NamedTuple):
    """What an invoice lacks, or what is wrong with it, and where that is mended.

    text: a sentence
    record, field: where it is mended; the page that has the field opens
    elsewhere: other places, (record, field), for who may not write ``record``
    is_warning: KSeF would take the invoice, and the law lets it be issued all the same
    """

    text: str
    record: models.BaseModel
    field: str | None = None
    elsewhere: tuple = ()
    is_warning: bool = False

    def place(self):
        """Return (record, field): the first place in which this person may write."""
        for record, field in ((self.record, self.field), *self.elsewhere):
            if record.has_access("write"):
                return record, field
        return self.record, self.field

    def action(self):
        """Return the action that opens that place and puts the cursor there."""
        record, field = self.place()
        params = {"model": record._name, "id": record.id, "field": field}
        if record._name == "account.move.line":
            # A line has no form of its own: its row on the invoice is shown.
            move = record.move_id
            params = {
                "model": move._name,
                "id": move.id,
                "field": "invoice_line_ids",
                "row": record.id,
                "column": field,
            }
        return {
            "type": "ir.actions.client",
            "tag": "l10n_pl_ksef_show_field",
            "params": params,
        }


class AccountMove(models.Model):
    """What FA(3) needs and an invoice lacks, all at once, before anything is sent."""

    _inherit = "account.move"

    def _l10n_pl_ksef_problems(self):
        """Return a list of ``Problem``, warnings too."""
        self.ensure_one()
        return [
            *self._l10n_pl_ksef_seller_problems(),
            *self._l10n_pl_ksef_buyer_problems(),
            *self._l10n_pl_ksef_line_problems(),
            *self._l10n_pl_ksef_currency_problems(),
            *self._l10n_pl_ksef_annotation_problems(),
            *self._l10n_pl_ksef_correction_problems(),
            *self._l10n_pl_ksef_reference_problems(),
        ]

    def _l10n_pl_ksef_faults(self):
        """Return the sentences about what has to be mended before it is sent."""
        problems = self._l10n_pl_ksef_problems()
        return [problem.text for problem in problems if not problem.is_warning]

    def _l10n_pl_ksef_seller_problems(self):
        partner = self.company_id._l10n_pl_ksef_party()
        if not is_valid_nip(normalize_nip(partner.vat or "")):
            text = self.env._("The company's NIP (tax ID) is missing or not valid.")
            yield Problem(text, partner, "vat")
        if not partner.street or not partner.city:
            text = self.env._("The company's address needs a street and a city.")
            yield Problem(text, partner, "city" if partner.street else "street")

    def _l10n_pl_ksef_buyer_problems(self):
        buyer = self.commercial_partner_id
        if not buyer.name:
            yield Problem(self.env._("The customer has no name."), buyer, "name")
        if not buyer.country_id:
            text = self.env._("The customer's address needs a country.")
            yield Problem(text, buyer, "country_id")
        is_polish = buyer.country_code == "PL" and not self._l10n_pl_ksef_is_consumer()
        if is_polish and not is_valid_nip(normalize_nip(buyer.vat or "")):
            yield Problem(self._l10n_pl_ksef_nip_sentence(buyer), buyer, "vat")

    def _l10n_pl_ksef_nip_sentence(self, buyer):
        """Return what is wrong with the NIP of a buyer in Poland."""
        if self._l10n_pl_ksef_lacks_nip():
            return self.env._(
                "%(name)s is a company in Poland without a NIP: enter its NIP, or tick "
                "that it has none and buys as a consumer.",
                name=buyer.display_name,
            )
        return self.env._("The customer's NIP is not valid: %(nip)s.", nip=buyer.vat)

    def _l10n_pl_ksef_line_problems(self):
        for number, line in enumerate(self._l10n_pl_ksef_lines(), 1):
            tax = self._l10n_pl_ksef_rated(line)
            if not self._l10n_pl_ksef_line_name(line):
                text = self.env._("Line %(number)s: enter what is sold.", number=number)
                yield Problem(text, line, "name")
            if len(self._l10n_pl_ksef_vat(line)) > 1:
                text = self.env._(
                    "Line %(number)s has several VAT taxes; leave one.", number=number
                )
                yield Problem(text, line, "tax_ids")
            elif not tax:
                text = self.env._(
                    "Line %(number)s: choose a tax that has a KSeF rate.",
                    number=number,
                )
                here = (line, "tax_ids")
                tax = line.tax_ids[:1]
                there = (tax, "l10n_pl_ksef_rate") if tax else here
                yield Problem(text, *there, elsewhere=(here,))
            elif line._l10n_pl_ksef_lacks_basis():
                text = self.env._(
                    "Line %(number)s: enter the legal basis of the exemption, on the "
                    "tax “%(tax)s”, on the product or on the line.",
                    number=number,
                    tax=tax.name,
                )
                product = line.product_id.product_tmpl_id
                elsewhere = tuple((here, BASIS) for here in (product, line) if here)
                yield Problem(text, tax, BASIS, elsewhere)

    def _l10n_pl_ksef_annotation_problems(self):
        rates = self._l10n_pl_ksef_lines().tax_ids.mapped("l10n_pl_ksef_rate")
        if MARGIN in rates and not self.l10n_pl_ksef_margin:
            text = self.env._("Choose the margin scheme on the page KSeF.")
            yield Problem(text, self, "l10n_pl_ksef_margin")
        if not self.l10n_pl_ksef_split_payment and self._l10n_pl_ksef_must_split():
            text = self.env._(
                "Split payment is compulsory: the invoice is above 15 000 PLN and has "
                "goods or services of annex 15. Tick it on the page KSeF."
            )
            yield Problem(text, self, "l10n_pl_ksef_split_payment")
        if bool(self.l10n_pl_ksef_period_from) != bool(self.l10n_pl_ksef_period_to):
            text = self.env._("Enter both days of the period on the page KSeF.")
            yield Problem(text, self, "l10n_pl_ksef_period_from")

    def _l10n_pl_ksef_correction_problems(self):
        if not self._l10n_pl_ksef_is_correction():
            return
        if not self._l10n_pl_ksef_corrected():
            text = self.env._(
                "The credit note names no corrected invoice. Make it from the invoice "
                "that it corrects, or enter the number and date of the original on the "
                "page KSeF."
            )
            yield Problem(text, self, "l10n_pl_ksef_original_number")
        number = self.l10n_pl_ksef_original_ksef_number
        if number and not is_valid_ksef_number(number):
            text = self.env._(
                "%(number)s is not a KSeF number: its checksum does not match.",
                number=number,
            )
            yield Problem(text, self, "l10n_pl_ksef_original_ksef_number")

    def _l10n_pl_ksef_reference_problems(self):
        for move in self._l10n_pl_ksef_referred():
            if move._l10n_pl_ksef_is_forgotten():
                text = self.env._(
                    "Send %(name)s to KSeF first: this invoice names it by its KSeF "
                    "number. If it was issued outside KSeF, tick so on its page KSeF.",
                    name=move.name,
                )
                # It waits for that one by itself.
                yield Problem(text, move, "l10n_pl_ksef_is_outside", is_warning=True)
