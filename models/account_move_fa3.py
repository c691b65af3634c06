from collections import defaultdict
from datetime import datetime, timezone
from decimal import Decimal

from odoo import models
from odoo.tools import float_repr

from ..ksef_api import fa3
from ..ksef_api.nip import is_valid_nip, normalize_nip

# Where the prefix of the VAT number is not the code of the country.
EU_VAT_PREFIXES = {"GR": "EL", "GB": "XI"}
SYSTEM = "Odoo 19, l10n_pl_ksef"


def _decimal(value, digits=2):
    """Return ``value`` (Odoo's float) as Decimal, rounded as Odoo shows it."""
    return Decimal(float_repr(value, digits))


class AccountMove(models.Model):
    _inherit = "account.move"

    # --- what is missing -----------------------------------------------------

    def _l10n_pl_ksef_problems(self):
        """Return sentences about what FA(3) needs and this invoice lacks, all at "
        "once."""
        self.ensure_one()
        return [
            *self._l10n_pl_ksef_seller_problems(),
            *self._l10n_pl_ksef_buyer_problems(),
            *self._l10n_pl_ksef_line_problems(),
            *self._l10n_pl_ksef_correction_problems(),
        ]

    def _l10n_pl_ksef_correction_problems(self):
        if self.move_type == "out_refund" and not self.reversed_entry_id:
            yield self.env._(
                "The credit note names no corrected invoice. Make it from the "
                "invoice that "
                "it corrects."
            )

    def _l10n_pl_ksef_seller_problems(self):
        company = self.company_id
        if not is_valid_nip(normalize_nip(company.vat or "")):
            yield self.env._("The company's NIP (tax ID) is missing or not valid.")
        if not company.street or not company.city:
            yield self.env._("The company's address needs a street and a city.")

    def _l10n_pl_ksef_buyer_problems(self):
        buyer = self.commercial_partner_id
        if not buyer.name:
            yield self.env._("The customer has no name.")
        if not buyer.country_id:
            yield self.env._("The customer's address needs a country.")
        is_polish = buyer.country_code == "PL" and buyer.vat
        if is_polish and not is_valid_nip(normalize_nip(buyer.vat)):
            yield self.env._(
                "The customer's NIP is not valid: %(nip)s.",
                nip=buyer.vat,
            )

    def _l10n_pl_ksef_line_problems(self):
        for number, line in enumerate(self._l10n_pl_ksef_lines(), 1):
            rated = line.tax_ids.filtered("l10n_pl_ksef_rate")
            if not rated:
                yield self.env._(
                    "Line %(number)s: choose a tax that has a KSeF rate.",
                    number=number,
                )
            elif rated[0]._l10n_pl_ksef_lacks_basis():
                yield self.env._(
                    "Line %(number)s: enter the legal basis of the exemption on the "
                    "tax "
                    "“%(tax)s”.",
                    number=number,
                    tax=rated[0].name,
                )

    # --- the document --------------------------------------------------------

    def _l10n_pl_ksef_invoice(self):
        """Return this invoice as an FA(3) document (``ksef_api.fa3`` Invoice)."""
        self.ensure_one()
        return fa3.Invoice(
            header=fa3.Header(created_at=datetime.now(timezone.utc), system=SYSTEM),
            seller=self._l10n_pl_ksef_seller(),
            buyer=self._l10n_pl_ksef_buyer(),
            body=self._l10n_pl_ksef_body(),
        )

    def _l10n_pl_ksef_seller(self):
        company = self.company_id
        return fa3.Seller(
            identification=fa3.SellerIdentification(
                nip=normalize_nip(company.vat), name=company.name
            ),
            address=self._l10n_pl_ksef_address(company.partner_id),
        )

    def _l10n_pl_ksef_buyer(self):
        buyer = self.commercial_partner_id
        return fa3.Buyer(
            identification=self._l10n_pl_ksef_buyer_identification(buyer),
            address=self._l10n_pl_ksef_address(buyer),
        )

    def _l10n_pl_ksef_buyer_identification(self, buyer):
        """Polish NIP, EU VAT number, another number, or none (a consumer)."""
        number = normalize_nip(buyer.vat or "")
        if not number:
            return fa3.Identification(no_id=True, name=buyer.name)
        if is_valid_nip(number) and buyer.country_code == "PL":
            return fa3.Identification(nip=number, name=buyer.name)
        country = buyer.country_code
        if country in self.env.ref("base.europe").country_ids.mapped("code"):
            prefix = EU_VAT_PREFIXES.get(country, country)
            vat = fa3.EuVat(country=prefix, number=number.removeprefix(prefix))
            return fa3.Identification(eu_vat=vat, name=buyer.name)
        other = fa3.OtherId(country=country, number=number)
        return fa3.Identification(other_id=other, name=buyer.name)

    def _l10n_pl_ksef_address(self, partner):
        """FA(3) has two free lines: street, then postcode and town."""
        streets = ", ".join(filter(None, (partner.street, partner.street2)))
        town = " ".join(filter(None, (partner.zip, partner.city)))
        lines = [line for line in (streets, town) if line] or [partner.name]
        return fa3.Address(
            country=partner.country_id.code,
            line1=lines[0],
            line2=lines[1] if len(lines) > 1 else None,
        )

    def _l10n_pl_ksef_body(self):
        return fa3.Body(
            currency=self.currency_id.name,
            issue_date=self.invoice_date,
            number=self.name,
            sale_date=self._l10n_pl_ksef_sale_date(),
            total=self._l10n_pl_ksef_sign() * _decimal(self.amount_total),
            annotations=self._l10n_pl_ksef_annotations(),
            kind=self._l10n_pl_ksef_kind(),
            correction=self._l10n_pl_ksef_correction(),
            lines=self._l10n_pl_ksef_fa3_lines(),
            payment=self._l10n_pl_ksef_payment(),
            **self._l10n_pl_ksef_sums(),
        )

    def _l10n_pl_ksef_sale_date(self):
        """*P_6*: the day of supply, where it is not the day of issue."""
        date = self.taxable_supply_date or self.delivery_date
        return date if date and date != self.invoice_date else None

    def _l10n_pl_ksef_sign(self):
        """A credit note takes back: its amounts are negative in FA(3)."""
        return -1 if self.move_type == "out_refund" else 1

    def _l10n_pl_ksef_kind(self):
        is_refund = self.move_type == "out_refund"
        return fa3.InvoiceKind.CORRECTION if is_refund else fa3.InvoiceKind.SALE

    def _l10n_pl_ksef_correction(self):
        """Return what a credit note corrects, None for an invoice."""
        original = self.reversed_entry_id
        if self.move_type != "out_refund":
            return None
        return fa3.Correction(
            reason=self.ref or None,
            invoices=[
                fa3.CorrectedInvoice(
                    issue_date=original.invoice_date,
                    number=original.name,
                    ksef_number=original.l10n_pl_ksef_number or None,
                )
            ],
        )

    def _l10n_pl_ksef_annotations(self):
        rates = self._l10n_pl_ksef_lines().tax_ids.mapped("l10n_pl_ksef_rate")
        basis = self._l10n_pl_ksef_lines().tax_ids.mapped("l10n_pl_ksef_exemption")
        exemption = fa3.Exemption(act=next(filter(None, basis), None))
        return fa3.Annotations(
            reverse_charge="oo" in rates,
            exemption=exemption if "zw" in rates else fa3.Exemption(),
        )

    def _l10n_pl_ksef_payment(self):
        due = self.invoice_date_due
        account = self.partner_bank_id
        accounts = [fa3.BankAccount(number=account.sanitized_acc_number)]
        return fa3.Payment(
            due=[fa3.Due(on=due)] if due else [],
            method=fa3.PaymentMethod.TRANSFER if account else None,
            accounts=accounts if account else [],
        )

    # --- lines and sums ------------------------------------------------------

    def _l10n_pl_ksef_lines(self):
        return self.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )

    def _l10n_pl_ksef_fa3_lines(self):
        sign = self._l10n_pl_ksef_sign()
        return [
            self._l10n_pl_ksef_line(number, line, sign)
            for number, line in enumerate(self._l10n_pl_ksef_lines(), 1)
        ]

    def _l10n_pl_ksef_line(self, number, line, sign):
        net = _decimal(line.price_subtotal)
        quantity = line.quantity or 1
        return fa3.Line(
            number=number,
            name=self._l10n_pl_ksef_line_name(line),
            index=(line.product_id.default_code or "")[:50] or None,
            gtin=(line.product_id.barcode or "")[:20] or None,
            unit=line.product_uom_id.name or None,
            quantity=sign * _decimal(line.quantity, 6).normalize(),
            unit_price_net=_decimal(line.price_subtotal / quantity, 8).normalize(),
            net=sign * net,
            rate=fa3.Rate(
                line.tax_ids.filtered("l10n_pl_ksef_rate")[0].l10n_pl_ksef_rate
            ),
        )

    def _l10n_pl_ksef_line_name(self, line):
        """*P_7*, which holds 512 characters."""
        name = line.name or line.product_id.display_name or ""
        return name.strip()[:512] or None

    def _l10n_pl_ksef_sums(self):
        """Return the sums by rate (*P_13*, *P_14*), as the books have them."""
        sums = defaultdict(Decimal)
        foreign = self.currency_id != self.company_id.currency_id
        for line in self.line_ids:
            rated = line.tax_ids.filtered("l10n_pl_ksef_rate")
            if line.display_type == "product" and rated:
                fields_of = self._l10n_pl_ksef_sum_fields(rated[0])
                sums[fields_of.net] -= _decimal(line.amount_currency)
                if fields_of.vat:
                    sums[fields_of.vat] += 0
            elif line.tax_line_id.l10n_pl_ksef_rate:
                fields_of = self._l10n_pl_ksef_sum_fields(line.tax_line_id)
                sums[fields_of.vat] -= _decimal(line.amount_currency)
                if foreign:
                    sums[fields_of.vat_pln] -= _decimal(line.balance)
        return dict(sums)

    def _l10n_pl_ksef_sum_fields(self, tax):
        return fa3.RATES[fa3.Rate(tax.l10n_pl_ksef_rate)].sums
