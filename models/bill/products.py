"""Products of the lines of a KSeF file, looked up for all lines at once."""

from collections import defaultdict

CHUNK = 1000


class Products:
    """Finds the product of a line when exactly one can be meant.

    In this order: GTIN is its barcode; *Indeks* is the vendor's code of it, then our
    own; the name is the vendor's name of it, then our own.

    :param company: whose products they are
    :param vendor: commercial partner that issued the document
    :param lines: ``fa3`` lines
    """

    def __init__(self, company, vendor, lines):
        self.env = vendor.with_company(company).env
        self.company = company
        self.vendor = vendor
        self.vendor_units = {}
        codes = {row.index for row in lines if row.index}
        names = {row.name for row in lines if row.name}
        self.by_barcode = self._own("barcode", {row.gtin for row in lines if row.gtin})
        self.by_vendor_code = self._of_vendor("product_code", codes)
        self.by_code = self._own("default_code", codes)
        self.by_vendor_name = self._of_vendor("product_name", names)
        self.by_name = self._own("name", names)

    def unit_of(self, line):
        """Return the unit in which the vendor sells the line's product, or nothing."""
        for text in (line.index, line.name):
            if text in self.vendor_units:
                return self.vendor_units[text]
        return None

    def of(self, line):
        """Return the product of ``line``, or an empty recordset."""
        for products, key in (
            (self.by_barcode, line.gtin),
            (self.by_vendor_code, line.index),
            (self.by_code, line.index),
            (self.by_vendor_name, line.name),
            (self.by_name, line.name),
        ):
            candidates = products.get(key) if key else None
            if candidates:
                return candidates[0] if len(candidates) == 1 else self._none()
        return self._none()

    def _none(self):
        return self.env["product.product"]

    def _own(self, field, values):
        """Return ``{value: [products]}``."""
        found = defaultdict(list)
        for part in _chunks(values):
            domain = [
                *self.env["product.product"]._check_company_domain(self.company),
                (field, "in", part),
            ]
            for product in self.env["product.product"].search(domain):
                found[product[field]].append(product)
        return found

    def _of_vendor(self, field, values):
        """Return ``{value: [products]}`` by what the vendor calls them."""
        found = defaultdict(dict)
        for part in _chunks(values):
            rows = self.env["product.supplierinfo"].search(
                [
                    ("partner_id", "child_of", self.vendor.id),
                    ("company_id", "in", (False, self.company.id)),
                    (field, "in", part),
                ]
            )
            for row in rows:
                template = row.product_tmpl_id
                product = row.product_id or (
                    template.product_variant_id
                    if len(template.product_variant_ids) == 1
                    else template.product_variant_ids.browse()
                )
                if product:
                    found[row[field]][product.id] = product
                    self.vendor_units.setdefault(row[field], row.product_uom_id)
        return {value: list(products.values()) for value, products in found.items()}


def _chunks(values):
    values = sorted(values)
    return [values[at : at + CHUNK] for at in range(0, len(values), CHUNK)]
