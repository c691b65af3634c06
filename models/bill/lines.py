"""Lines of a KSeF file (*FaWiersz*) as lines of a bill."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal

from odoo import Command, models

from ...ksef_api import fa3
from .nets import Prices, line_nets
from .products import Products
from .taxes import Taxes, percent_of
from .units import find_units, plain_unit

LONGEST_NAME = 2000
SETTLEMENTS = (fa3.InvoiceKind.SETTLEMENT, fa3.InvoiceKind.SETTLEMENT_CORRECTION)


@dataclass
class Tools:
    """What all lines of one document are made with, looked up once."""

    products: Products
    taxes: Taxes
    units: dict
    prices: Prices
    account_id: int
    untaxed: frozenset = frozenset()  # sums whose VAT the document does not state

    def tax_of(self, rate, sums, product=None, wanted=None):
        """Return the tax of a line of ``rate`` that counts in ``sums``, or none."""
        return self.taxes.of(None if sums in self.untaxed else rate, product, wanted)


def without_vat(body, nets, sums_of_lines):
    """Return the sums (*P_13*) of taxed lines whose VAT (*P_14*) is not stated.

    What the document does not state as VAT cannot be deducted (art. 86 (2) of the VAT
    act). A settlement leaves out what its advance invoices stated, a correction what
    it does not change.
    """
    if body.kind in SETTLEMENTS:
        return frozenset()
    stated = {sums for sums, _net, vat, _pln in fa3.summary(body) if vat is not None}
    changed = defaultdict(Decimal)
    for line, net, sums in zip(body.lines, nets, sums_of_lines, strict=True):
        if net and sums and sums.vat and sums not in stated:
            changed[sums] += -net if line.before else net
    return frozenset(sums for sums, net in changed.items() if fa3.to_grosz(net))


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_pl_ksef_import_lines(self, bill_import):
        """Return commands for all lines, and for what only the sums tell."""
        body = bill_import.body
        tools = self._l10n_pl_ksef_import_tools(bill_import)
        margin = bool(body.annotations.margin.scheme)
        sums_of_lines = [fa3.sums_of(line, margin) for line in body.lines]
        nets = line_nets(body, margin)
        tools.untaxed = without_vat(body, nets, sums_of_lines)
        if tools.untaxed:
            nets = [
                line.gross if sums in tools.untaxed and line.gross is not None else net
                for line, net, sums in zip(body.lines, nets, sums_of_lines, strict=True)
            ]
        rows = list(zip(body.lines, nets, sums_of_lines, strict=True))
        taken = [row for row in rows if row[1] is not None]
        quiet = [line for line, net, _sums in rows if net is None]
        added = defaultdict(Decimal)
        for line, net, sums in taken:
            counted = fa3.to_grosz(net)
            added[sums] += -counted if line.before else counted
        if 0 < bill_import.company.l10n_pl_ksef_sum_lines_above < len(taken):
            values = self._l10n_pl_ksef_summed_lines(bill_import, tools, taken)
        else:
            prices = tools.prices.of(body.lines, nets)
            values = [
                self._l10n_pl_ksef_import_line(line, price, sums, bill_import, tools)
                for line, price, sums in zip(
                    body.lines, prices, sums_of_lines, strict=True
                )
                if price is not None
            ]
        values += self._l10n_pl_ksef_sum_lines(bill_import, tools, added, quiet)
        self._l10n_pl_ksef_note_missing_taxes(bill_import, tools)
        self._l10n_pl_ksef_note_untaxed(bill_import, tools)
        return [Command.create(row) for row in values]

    def _l10n_pl_ksef_import_tools(self, bill_import):
        lines = bill_import.body.lines
        vendor = bill_import.partner.commercial_partner_id
        return Tools(
            Products(bill_import.company, vendor, lines),
            Taxes(bill_import.company, bill_import.document.seller),
            find_units(self.env, {line.unit for line in lines}),
            Prices(self.env, bill_import.company),
            self._l10n_pl_ksef_usual_account(bill_import, vendor),
        )

    def _l10n_pl_ksef_usual_account(self, bill_import, vendor):
        """Return the account that Odoo would find for a line without product.

        Odoo asks for it line by line; here it is asked once.
        """
        if decided := bill_import.choice_of(None).account_id:
            return decided
        accounts = self.env["account.account"]
        usual = accounts._get_most_frequent_account_for_partner(
            bill_import.company.id, vendor.id, bill_import.move_type
        )
        return usual or bill_import.journal.default_account_id.id

    def _l10n_pl_ksef_import_line(self, line, price, sums, bill_import, tools):
        """Return one line. As it was before the correction it is taken back, so that
        both together make the difference.

        :param price: its quantity, price and discount (``Prices``)
        """
        choice = bill_import.choice_of(line)
        product = choice.product or tools.products.of(line)
        tax = tools.tax_of(line.rate, sums, product, choice.tax)
        sign = -bill_import.sign if line.before else bill_import.sign
        quantity, price, discount = price
        if sign < 0 and (quantity < 0 or price >= 0):
            quantity = -quantity
        elif sign < 0:
            price = -price
        if tax.price_include:
            price *= 1 + Decimal(percent_of(line.rate)) / 100
        unit = self._l10n_pl_ksef_unit_of(line, bill_import, tools)
        if product and unit and not unit._has_common_reference(product.uom_id):
            unit = None
        values = {
            "name": self._l10n_pl_ksef_import_name(line, quantity, unit),
            "quantity": float(quantity),
            "price_unit": float(price),
            "discount": float(discount),
            "tax_ids": [Command.set(tax.ids)],
        }
        if product:
            values["product_id"] = product.id
        if account := choice.account_id or (not product and tools.account_id):
            values["account_id"] = account
        if choice.analytic:
            values["analytic_distribution"] = choice.analytic
        if unit or not product:
            values["product_uom_id"] = unit.id if unit else False
        return values

    def _l10n_pl_ksef_unit_of(self, line, bill_import, tools):
        """Return the unit (*P_8A*) of a line, or nothing when it is not understood."""
        return tools.units.get(plain_unit(line.unit))

    def _l10n_pl_ksef_import_name(self, line, quantity, unit):
        """Return the description, with what the fields of the line cannot hold."""
        name = line.name or line.index or self.env._("Line %s", line.number)
        if line.before:
            name = self.env._("Before the correction: %s", name)
        is_cut = line.quantity is not None and abs(line.quantity) != abs(quantity)
        if is_cut or (line.unit and not unit):
            name += f" ({line.quantity or ''} {line.unit or ''})".replace("( ", "(")
        return name[:LONGEST_NAME]

    # --- what only the sums tell ---------------------------------------------

    def _l10n_pl_ksef_sum_lines(self, bill_import, tools, nets, quiet):
        """Return lines for the difference between the sums (*P_13*) and the lines.

        An advance invoice has no lines, a settlement has the whole supply in them, a
        collective correction has sums alone; in others it is a rounding.

        :param nets: net amount of the lines for each ``fa3`` Sums
        :param quiet: lines that tell no amount
        """
        body = bill_import.body
        given = {sums: net for sums, net, _vat, _pln in fa3.summary(body)}
        if body.kind is fa3.InvoiceKind.SETTLEMENT:
            given = dict.fromkeys((sums for sums in nets if sums), Decimal(0)) | given
        values = []
        for sums, net in given.items():
            difference = net - nets.get(sums, 0)
            if not difference:
                continue
            rate = self._l10n_pl_ksef_rate_of_sums(body, sums)
            name = self._l10n_pl_ksef_sum_name(
                bill_import, sums in nets, difference, quiet
            )
            tax = tools.tax_of(rate, sums)
            values.append(
                self._l10n_pl_ksef_plain_line(bill_import, name, difference, tax)
            )
        values += self._l10n_pl_ksef_vat_lines(bill_import, tools)
        if not values and not nets:
            name = self._l10n_pl_ksef_sum_name(bill_import, False, 0, quiet)
            values.append(self._l10n_pl_ksef_plain_line(bill_import, name, 0))
        return values

    def _l10n_pl_ksef_plain_line(self, bill_import, name, amount, tax=None):
        amount *= bill_import.sign
        if tax and tax.price_include:
            amount *= 1 + Decimal(str(tax.amount)) / 100
        choice = bill_import.choice_of(None)
        decided = {
            "account_id": choice.account_id,
            "analytic_distribution": choice.analytic,
        }
        return {
            "name": name[:LONGEST_NAME],
            "quantity": 1,
            "price_unit": float(amount),
            "tax_ids": [Command.set(tax.ids if tax else [])],
            **{field: value for field, value in decided.items() if value},
        }

    def _l10n_pl_ksef_vat_lines(self, bill_import, tools):
        """Return lines for VAT that no tax of the company stands for.

        That is VAT of another EU state (OSS), and of rates that it has no tax of.
        """
        values = []
        for sums, _net, vat, _pln in fa3.summary(bill_import.body):
            rate = self._l10n_pl_ksef_rate_of_sums(bill_import.body, sums)
            if vat and not tools.taxes.of(rate):
                name = self.env._("VAT (%s)", rate.value if rate else "OSS")
                values.append(self._l10n_pl_ksef_plain_line(bill_import, name, vat))
        return values

    def _l10n_pl_ksef_rate_of_sums(self, body, sums):
        """Return the rate of sums: of a line in them, or that which the VAT tells."""
        rows = [*body.lines, *(body.order.lines if body.order else ())]
        for row in rows:
            if fa3.sums_of(row) is sums and row.rate:
                return row.rate
        candidates = [rule for rule in fa3.RATES.values() if rule.sums is sums]
        net, vat = getattr(body, sums.net), sums.vat and getattr(body, sums.vat)
        if not candidates:
            return None
        if not net or vat is None:
            return candidates[0].rate
        share = vat / net * 100
        return min(candidates, key=lambda rule: abs((rule.percent or 0) - share)).rate

    def _l10n_pl_ksef_sum_name(self, bill_import, has_lines, difference, quiet):
        body = bill_import.body
        if has_lines and body.advance_invoices:
            numbers = [row.number or row.ksef_number for row in body.advance_invoices]
            text = self.env._("Settled by advance invoices: %s", ", ".join(numbers))
            return text
        if has_lines:
            text = self.env._("Difference between the lines and the sums")
            bill_import.notes.append(
                self.env._(
                    "The sums of the document differ from its lines by %s; the "
                    "difference stands in a line of its own.",
                    bill_import.amount(difference),
                )
            )
            return text
        ordered = body.order.lines if body.order else []
        names = [row.name for row in [*quiet, *ordered] if row.name]
        names = list(dict.fromkeys(names)) or [body.number]
        if body.correction and body.correction.reason:
            names.insert(0, body.correction.reason)
        text = ", ".join(names)
        if body.kind.is_advance:
            text = self.env._("Advance: %s", text)
        return text

    def _l10n_pl_ksef_note_missing_taxes(self, bill_import, tools):
        if tools.taxes.missing:
            rates = ", ".join(sorted(rate.value for rate in tools.taxes.missing))
            bill_import.tasks.append(
                self.env._(
                    "The company has no purchase tax for these rates: %s. Choose the "
                    "taxes of those lines.",
                    rates,
                )
            )

    def _l10n_pl_ksef_note_untaxed(self, bill_import, tools):
        if tools.untaxed:
            bill_import.tasks.append(
                self.env._(
                    "The document states no VAT for its taxed lines, so none is booked "
                    "as deductible. Ask the vendor for a correction if there should "
                    "be VAT."
                )
            )

    # --- invoices of thousands of lines --------------------------------------

    def _l10n_pl_ksef_summed_lines(self, bill_import, tools, taken):
        """Return lines added up by rate and account: the company has chosen so.

        Each line of the document stays in the picture and in the file.

        :param taken: ``[(line, net amount, Sums)]``
        """
        amounts, counts = defaultdict(Decimal), Counter()
        for line, net, sums in taken:
            choice = bill_import.choice_of(line)
            product = choice.product or tools.products.of(line)
            accounts = product and product.product_tmpl_id.get_product_accounts()
            account = (
                choice.account_id
                or (accounts and accounts["expense"].id)
                or tools.account_id
            )
            tax = tools.tax_of(line.rate, sums, product, choice.tax)
            key = line.rate, tax, account
            amounts[key] += fa3.to_grosz(-net if line.before else net)
            counts[key] += 1
        rows = []
        for (rate, tax, account), amount in amounts.items():
            name = self.env._(
                "%(count)s lines at the rate %(rate)s, listed in the picture",
                count=counts[rate, tax, account],
                rate=rate.value if rate else "–",
            )
            row = self._l10n_pl_ksef_plain_line(bill_import, name, amount, tax)
            rows.append({**row, "account_id": account} if account else row)
        return rows
