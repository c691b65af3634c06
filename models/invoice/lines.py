from collections import defaultdict
from decimal import Decimal

from odoo import fields, models

from ...ksef_api import fa3
from ...ksef_api.check_digits import is_gtin
from .account_tax import TRIANGULAR_TAG
from .document import to_decimal
from .texts import P_7, split_text
from .units import PIECE

# Tags of the VAT return that are procedure marks of FA(3) as well.
PROCEDURE_TAGS = {"I_42": "I_42", "I_63": "I_63", TRIANGULAR_TAG: "TT_D"}


class AccountMove(models.Model):
    """Lines (*FaWiersz*) and sums by rate (*P_13*, *P_14*)."""

    _inherit = "account.move"

    def _l10n_pl_ksef_lines(self):
        return self.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )

    def _l10n_pl_ksef_shown_lines(self):
        """Return the lines that stand in the document as *FaWiersz*."""
        return self._l10n_pl_ksef_lines()

    def _l10n_pl_ksef_goods(self):
        """Return the products that are sold."""
        return self._l10n_pl_ksef_lines().product_id

    def _l10n_pl_ksef_fa3_lines(self):
        sign, gross = self._l10n_pl_ksef_sign(), self._l10n_pl_ksef_gross()
        shown = self._l10n_pl_ksef_shown_lines()
        rows = [
            self._l10n_pl_ksef_line(number, line, sign, gross)
            for number, line in enumerate(shown, 1)
        ]
        return rows + [
            self._l10n_pl_ksef_fee_line(number, fee, sign, gross)
            for number, fee in enumerate(self._l10n_pl_ksef_fees(), len(rows) + 1)
        ]

    def _l10n_pl_ksef_line(self, number, line, sign, gross):
        """Return an ``fa3`` Line.

        :param sign: -1 where the line takes back
        :param gross: see ``_l10n_pl_ksef_gross``
        """
        return fa3.Line(
            number=number,
            sale_date=line.l10n_pl_ksef_sale_date or None,
            name=self._l10n_pl_ksef_line_name(line),
            unit=self._l10n_pl_ksef_unit(line),
            quantity=sign * to_decimal(line.quantity, 6).normalize(),
            procedure=self._l10n_pl_ksef_procedure(line),
            exchange_rate=self._l10n_pl_ksef_exchange_rate(),
            **self._l10n_pl_ksef_line_amounts(line, sign, gross),
            **self._l10n_pl_ksef_product_fields(line.product_id),
            **self._l10n_pl_ksef_rated(line)._l10n_pl_ksef_rate_fields(),
        )

    def _l10n_pl_ksef_fee_line(self, number, fee, sign, gross):
        """Return the line of a fee that VAT is paid on (``_l10n_pl_ksef_fees``)."""
        net = self._l10n_pl_ksef_net(fee)
        with_vat = gross.get(fee)
        values = {"unit_price_net": net, "net": sign * net}
        if with_vat is not None:
            values = {"unit_price_gross": with_vat, "gross": sign * with_vat}
        return fa3.Line(
            number=number,
            name=fee.tax_line_id.name,
            unit=PIECE,
            quantity=Decimal(sign),
            exchange_rate=self._l10n_pl_ksef_exchange_rate(),
            **values,
            **self._l10n_pl_ksef_rated(fee)._l10n_pl_ksef_rate_fields(),
        )

    def _l10n_pl_ksef_product_fields(self, product):
        """Return what a line says of its product, on an invoice or in an order."""
        return {
            "index": (product.default_code or "")[:50] or None,
            "gtin": product.barcode if is_gtin(product.barcode) else None,
            "pkwiu": product.l10n_pl_ksef_pkwiu or None,
            "cn": product.l10n_pl_ksef_cn or None,
            "annex15": product.l10n_pl_ksef_annex15,
            "gtu": self._l10n_pl_ksef_gtu(product),
        }

    def _l10n_pl_ksef_line_name(self, line):
        """*P_7*, which holds 512 characters; what is longer goes on as a note."""
        return next(iter(split_text(self._l10n_pl_ksef_whole_name(line), P_7)), None)

    def _l10n_pl_ksef_whole_name(self, line):
        """Return what people wrote, without the reference that Odoo sets before it:
        that is *Indeks*.
        """
        code = line.product_id.default_code
        name = (line.name or line.product_id.display_name or "").strip()
        return name.removeprefix(f"[{code}]").strip() or name if code else name

    def _l10n_pl_ksef_rated(self, line):
        """Return the tax of a line that stands in FA(3)."""
        return self._l10n_pl_ksef_vat(line)[:1]

    def _l10n_pl_ksef_vat(self, lines):
        """Return the taxes of lines that have a KSeF rate; of a line one, when all is
        well.
        """
        return lines.tax_ids.flatten_taxes_hierarchy().filtered("l10n_pl_ksef_rate")

    def _l10n_pl_ksef_gtu(self, product):
        return fa3.Gtu(product.l10n_pl_vat_gtu) if product.l10n_pl_vat_gtu else None

    def _l10n_pl_ksef_procedure(self, line):
        """*Procedura*: from the invoice's marks for JPK_V7, else of the tax or its
        tags.
        """
        if self.l10n_pl_vat_b_spv:
            return fa3.Procedure.B_SPV
        if self.l10n_pl_vat_b_spv_dostawa:
            return fa3.Procedure.B_SPV_DOSTAWA
        if self.l10n_pl_vat_b_mpv_prowizja:
            return fa3.Procedure.B_MPV_PROWIZJA
        tax = self._l10n_pl_ksef_rated(line)
        tags = tax._l10n_pl_ksef_tags()
        found = [mark for tag, mark in PROCEDURE_TAGS.items() if tag in tags]
        chosen = tax.l10n_pl_ksef_procedure or (found[0] if found else None)
        return fa3.Procedure(chosen) if chosen else None

    def _l10n_pl_ksef_sums(self):
        """Return the sums by rate (*P_13*, *P_14*), as the books have them."""
        sums = defaultdict(Decimal)
        foreign = self._l10n_pl_ksef_is_foreign()
        # The books have what is sold in credit, and what is bought in debit.
        sign = self.direction_sign * self._l10n_pl_ksef_sign()
        for line in self.line_ids:
            tax = line.tax_line_id
            # VAT is paid on what is sold, and on fees that are no VAT.
            is_base = tax and not tax.l10n_pl_ksef_rate
            if is_base or line.display_type == "product":
                self._l10n_pl_ksef_add_net(sums, line, foreign, sign)
            elif tax:
                of_rate = tax._l10n_pl_ksef_sum_fields()
                if of_rate.vat:
                    sums[of_rate.vat] += sign * to_decimal(line.amount_currency)
                if foreign and of_rate.vat_pln:
                    in_zlotys = self._l10n_pl_ksef_vat_in_zlotys(line)
                    sums[of_rate.vat_pln] += sign * in_zlotys
        return dict(sums)

    def _l10n_pl_ksef_add_net(self, sums, line, foreign, sign):
        tax = self._l10n_pl_ksef_rated(line)
        if not tax:
            return
        of_rate = tax._l10n_pl_ksef_sum_fields()
        sums[of_rate.net] += sign * to_decimal(line.amount_currency)
        if of_rate.vat:
            sums[of_rate.vat] += 0
        if foreign and of_rate.vat_pln:
            sums[of_rate.vat_pln] += 0


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    l10n_pl_ksef_sale_date = fields.Date(
        "Day of Supply",
        help="The day of supply, where the lines were supplied on different "
        "days (P_6A).",
    )
