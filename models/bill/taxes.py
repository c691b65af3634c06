"""Purchase taxes for the lines of a KSeF file."""

from functools import cached_property

from ...ksef_api.fa3 import RATES, Rate

UNTAXED = (Rate.ABROAD, Rate.EU_SERVICE, Rate.LEGACY_NOT_TAXED)
ZEROS = (Rate.ZERO_EU, Rate.ZERO_EXPORT, Rate.LEGACY_ZERO)


class Taxes:
    """The company's purchase tax of each rate of the document.

    A Polish seller's "np" has no tax. That of a seller from abroad is an import of
    services, and its 0 % an acquisition or import of goods: the buyer accounts for it.

    :param company: whose taxes they are
    :param seller: ``fa3`` Seller
    """

    def __init__(self, company, seller):
        self.env = company.env
        self.company = company
        self.by_rate = self.env["account.tax"]._l10n_pl_ksef_purchase_taxes(company)
        self.country = seller.address.country
        self.is_foreign = self.country != "PL"
        self.missing = set()
        self.found = {}

    @cached_property
    def is_eu(self):
        """Whether the seller is of a member state."""
        members = self.env.ref("base.europe").country_ids
        return self.country in members.mapped("code")

    def of(self, rate, product=None, wanted=None):
        """Return the tax for a rate (*P_12*), or none.

        :param product: its own purchase tax comes first when it is of the same rate
        :param wanted: a tax that comes before it, when it is of the same rate
        """
        key = rate, product and product.id, wanted and wanted.id
        if key not in self.found:
            self.found[key] = self._find(rate, product, wanted)
        return self.found[key]

    def _find(self, rate, product, wanted):
        kind = self._kind(rate)
        if kind is None:
            return self.env["account.tax"]
        taxes = self.by_rate.get(kind, self.env["account.tax"])
        if wanted and wanted in taxes:
            return wanted
        if product:
            taxes = (product.supplier_taxes_id & taxes) or taxes
        if not taxes:
            self.missing.add(rate)
        return taxes._l10n_pl_ksef_best(self.company)

    def _kind(self, rate):
        """Return the ``l10n_pl_ksef_rate`` that the purchase tax must have."""
        if rate is None:
            return None
        if rate in UNTAXED:
            if not self.is_foreign:
                return None
            return Rate.EU_SERVICE.value if self.is_eu else Rate.ABROAD.value
        if rate in ZEROS:
            if not self.is_foreign:
                return Rate.ZERO_DOMESTIC.value
            return Rate.ZERO_EU.value if self.is_eu else Rate.ZERO_EXPORT.value
        return rate.value


def percent_of(rate):
    """Return the percentage that the seller charged, as a Decimal; 0 for none."""
    rule = RATES.get(rate)
    return (rule and rule.percent) or 0
