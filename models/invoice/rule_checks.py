from decimal import Decimal

from odoo import models
from odoo.tools import format_date

from odoo.addons.base_iban.models.res_partner_bank import _map_iban_template

from ...ksef_api import fa3
from ...ksef_api.check_digits import is_bank_account
from .currency import ZLOTY
from .document import to_decimal
from .parties import PHONE

RATE_STEP = Decimal("0.00005")  # tables have four digits


class AccountMove(models.Model):
    """Checks of the rules in `rules.py`: each returns a sentence, None when all is
    well.
    """

    _inherit = "account.move"

    def _l10n_pl_ksef_rates(self):
        """Return the rates (*P_12*) of this invoice's lines, a set."""
        taxes = self._l10n_pl_ksef_vat(self._l10n_pl_ksef_lines())
        return set(taxes.mapped("l10n_pl_ksef_rate"))

    def _l10n_pl_ksef_buyer_id(self):
        """Return {kind of the buyer's number: it}, see ``_l10n_pl_ksef_identity``."""
        return self._l10n_pl_ksef_identity(self._l10n_pl_ksef_partner_buying())

    # --- who sells, who buys -------------------------------------------------

    def _l10n_pl_ksef_rule_wdt_number(self):
        identity = self._l10n_pl_ksef_buyer_id()
        if "0 WDT" not in self._l10n_pl_ksef_rates():
            return None
        if self._l10n_pl_ksef_is_other_member(identity.get("eu_vat")):
            return None
        return self.env._(
            "0 % for a supply to another member state (WDT) needs the customer's EU "
            "VAT number, with the prefix of that state: enter it on the customer."
        )

    def _l10n_pl_ksef_rule_np2_number(self):
        identity = self._l10n_pl_ksef_buyer_id()
        if "np II" not in self._l10n_pl_ksef_rates():
            return None
        if self._l10n_pl_ksef_is_other_member(identity.get("eu_vat")):
            return None
        return self.env._(
            "A service to a business in another member state (np II) needs the "
            "customer's EU VAT number: enter it on the customer."
        )

    def _l10n_pl_ksef_is_other_member(self, eu_vat):
        return bool(eu_vat and eu_vat.country != "PL" and eu_vat.number)

    def _l10n_pl_ksef_rule_oo_abroad(self):
        if "oo" not in self._l10n_pl_ksef_rates():
            return None
        if "nip" in self._l10n_pl_ksef_buyer_id():
            return None
        return self.env._(
            "Domestic reverse charge (oo) is for customers with a Polish NIP. Choose "
            "another tax on the lines."
        )

    def _l10n_pl_ksef_rule_jst_receiver(self):
        buyer = self._l10n_pl_ksef_partner_buying()
        role = fa3.ThirdPartyRole.LOCAL_GOVERNMENT_RECEIVER
        if not buyer.l10n_pl_ksef_jst or self._l10n_pl_ksef_has_role(role):
            return None
        return self.env._(
            "The customer is a local government unit (JST): name its sub-unit as a "
            "third party with the role “Local government unit: receiver” on the page "
            "KSeF, or untick it on the customer."
        )

    def _l10n_pl_ksef_rule_group_receiver(self):
        buyer = self._l10n_pl_ksef_partner_buying()
        role = fa3.ThirdPartyRole.VAT_GROUP_RECEIVER
        if not buyer.l10n_pl_ksef_vat_group or self._l10n_pl_ksef_has_role(role):
            return None
        return self.env._(
            "The customer is a VAT group (GV): name its member as a third party with "
            "the role “VAT group: receiver” on the page KSeF, or untick it on the "
            "customer."
        )

    def _l10n_pl_ksef_rule_issuer_is_buyer(self):
        is_self_billed = self._l10n_pl_ksef_annotations().self_billing
        has_issuer = self._l10n_pl_ksef_has_role(fa3.ThirdPartyRole.ISSUER)
        if not is_self_billed or not has_issuer:
            return None
        return self.env._(
            "In self-billing the buyer issues the invoice: take the third party with "
            "the role “Issuer” off the page KSeF."
        )

    def _l10n_pl_ksef_has_role(self, role):
        return role.value in self.l10n_pl_ksef_party_ids.mapped("role")

    def _l10n_pl_ksef_rule_sellers_phone(self):
        return self._l10n_pl_ksef_long_phone(self._l10n_pl_ksef_partner_selling())

    def _l10n_pl_ksef_rule_buyers_phone(self):
        return self._l10n_pl_ksef_long_phone(self._l10n_pl_ksef_buyers_contact())

    def _l10n_pl_ksef_long_phone(self, partner):
        if not partner.phone or self._l10n_pl_ksef_phone(partner):
            return None
        return self.env._(
            "The phone of %(name)s does not fit the invoice in KSeF and is left out: "
            "%(phone)s has more than %(limit)s characters.",
            name=partner.display_name,
            phone=partner.phone,
            limit=PHONE,
        )

    # --- marks ---------------------------------------------------------------

    def _l10n_pl_ksef_rule_np1_mark(self):
        is_business = not self._l10n_pl_ksef_buyer_id().get("no_id")
        if "np I" not in self._l10n_pl_ksef_rates() or not is_business:
            return None
        if self.l10n_pl_ksef_reverse_charge:
            return None
        return self.env._(
            "Lines are supplied outside Poland (np I). Where the customer accounts for "
            "the tax there, tick “Buyer Accounts for the Tax” on the page KSeF."
        )

    def _l10n_pl_ksef_rule_exempt_kinds(self):
        bases = [line._l10n_pl_ksef_basis() for line in self._l10n_pl_ksef_lines()]
        if len({basis[0] for basis in bases if basis}) < 2:
            return None
        return self.env._(
            "Lines are exempt by legal bases of different kinds (the Polish act, the "
            "directive, another). An invoice in KSeF has room for one kind: put them "
            "on invoices of their own."
        )

    # --- days and rates ------------------------------------------------------

    def _l10n_pl_ksef_rule_advance_day(self):
        if not self._l10n_pl_ksef_is_advance() or self._l10n_pl_ksef_is_correction():
            return None
        if self._l10n_pl_ksef_supply_date() or self._l10n_pl_ksef_payments():
            return None
        return self.env._(
            "An advance invoice tells the day of the payment. Register the payment, or "
            "enter its day as the taxable supply date; nothing is told where it was "
            "not paid yet."
        )

    def _l10n_pl_ksef_rule_exchange_rate(self):
        """VAT follows the rate of the day before the supply, or before the issue where
        that came first. Odoo's table may have a rate on the day of which it is, or on
        the day for which it counts: either is right.
        """
        supplied, issued = self._l10n_pl_ksef_supply_date(), self.invoice_date
        if not self._l10n_pl_ksef_is_foreign() or not supplied or not issued:
            return None
        if self._l10n_pl_ksef_is_correction() or not self.invoice_currency_rate:
            return None
        if self.company_currency_id.name != ZLOTY:
            return None  # the rates at hand are those to another currency
        day = min(supplied, issued)
        rates = self.currency_id.rate_ids.filtered(
            lambda rate: not rate.company_id
            or rate.company_id == self.company_id.root_id
        )
        known = rates.filtered(lambda rate: rate.name <= day).sorted("name")
        if not known:
            return None
        used = self._l10n_pl_ksef_exchange_rate()
        before = known.filtered(lambda rate: rate.name < day)[-1:]
        right = [_zlotys(rate) for rate in (before or known[-1:]) | known[-1:]]
        if min(abs(used - rate) for rate in right) < RATE_STEP:
            return None
        return self.env._(
            "VAT in zlotys follows the day of supply: of %(day)s the rate is "
            "%(right)s, the invoice has %(used)s. Enter the right rate.",
            day=format_date(self.env, day),
            right=right[0],
            used=used,
        )

    # --- payment -------------------------------------------------------------

    def _l10n_pl_ksef_rule_bank_account(self):
        account = self._l10n_pl_ksef_bank_account()
        number = account.sanitized_acc_number
        if not account or self._l10n_pl_ksef_asks_nothing() or is_bank_account(number):
            return None
        country = (account.bank_id.country_code or "").lower()
        if country and country not in _map_iban_template:
            return None
        return self.env._(
            "%(number)s is no Polish account number (26 digits) and no IBAN: its "
            "checksum does not match. Of a bank in a country without IBAN, enter that "
            "country on the bank.",
            number=account.acc_number,
        )

    def _l10n_pl_ksef_rule_split_account(self):
        if not self.l10n_pl_ksef_split_payment or self._l10n_pl_ksef_asks_nothing():
            return None
        if self._l10n_pl_ksef_bank_account():
            return None
        return self.env._(
            "Split payment is made to a bank account, and the invoice has none: choose "
            "the recipient bank."
        )

    def _l10n_pl_ksef_rule_factor_account(self):
        factor = self._l10n_pl_ksef_factor()
        if not factor or self._l10n_pl_ksef_asks_nothing():
            return None
        if self._l10n_pl_ksef_bank_account():
            return None
        return self.env._(
            "The customer pays to the factor, who has no bank account in Odoo: enter "
            "it on the contact “%(name)s”.",
            name=factor.display_name,
        )

    def _l10n_pl_ksef_asks_nothing(self):
        """Tell whether nothing is to be paid by this document (any more)."""
        is_refund = self._l10n_pl_ksef_is_refund()
        payments = self._l10n_pl_ksef_payments()
        return is_refund or self._l10n_pl_ksef_is_paid(payments)

    # --- corrections ---------------------------------------------------------

    def _l10n_pl_ksef_rule_taken_back(self):
        originals = self._l10n_pl_ksef_originals()
        if not self._l10n_pl_ksef_is_refund() or not originals:
            return None
        sale = self._l10n_pl_ksef_family()
        amount = "amount_total_signed"
        if len(sale.currency_id) == 1:
            amount = "amount_total_in_currency_signed"
        left = self.direction_sign * sum(sale.mapped(amount))
        if self.currency_id.compare_amounts(left, 0) >= 0:
            return None
        return self.env._(
            "The corrections of %(names)s together take back %(amount)s more than it "
            "was for.",
            names=", ".join(originals.mapped("name")),
            amount=self.currency_id.format(-left),
        )


def _zlotys(rate):
    """Return zlotys for one unit, as *KursWaluty* has them."""
    return to_decimal(rate.inverse_company_rate, 6).normalize()
