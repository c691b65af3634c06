"""What the benchmarks of vendor bills share: whose they are, and what vendors issue."""

from datetime import date, datetime, timezone
from decimal import Decimal
from typing import NamedTuple

from odoo.addons.l10n_pl_ksef.ksef_api import fa3
from odoo.addons.l10n_pl_ksef.models.bill.pipeline import BillImport

NIP, OWN = "1111111111", "5265877635"
DAY = date(2026, 11, 2)
# Of each line.
NET = Decimal("37.02")


class Books(NamedTuple):
    """The company of the world of benchmarks; its vendor is made."""

    env: object
    company: object
    journal: object
    vendor: object

    @classmethod
    def of(cls, env):
        company = env["res.company"].search([("vat", "=", f"PL{OWN}")], limit=1)
        env = env(context={"allowed_company_ids": company.ids})
        journal = env["account.journal"].search(
            [("company_id", "=", company.id), ("type", "=", "purchase")], limit=1
        )
        vendor = env["res.partner"].create(
            {
                "name": "Dostawca",
                "vat": f"PL{NIP}",
                "is_company": True,
                "country_id": env.ref("base.pl").id,
            }
        )
        return cls(env, company, journal, vendor)

    def from_inbox(self, raw):
        """One file as the inbox of KSeF makes a bill of it."""
        return self.env["account.move"]._l10n_pl_ksef_create_bill(
            BillImport(fa3.read(raw), None, DAY), self.journal
        )

    def by_create(self, values):
        """The same bill by `create` alone."""
        return self.env["account.move"].create(values)


def as_fa3(number, count):
    """Return an ``fa3`` Invoice of so many lines."""
    address = fa3.Address(country="PL", line1="ul. Długa 1", line2="80-001 Gdańsk")
    vat = (NET * count * 23 / 100).quantize(Decimal("0.01"))
    lines = [
        fa3.Line(
            number=at,
            name=f"Towar {at}",
            unit="szt.",
            quantity=Decimal(3),
            unit_price_net=Decimal("12.34"),
            net=NET,
            rate=fa3.Rate.VAT_23,
        )
        for at in range(1, count + 1)
    ]
    body = fa3.Body(
        currency="PLN",
        issue_date=DAY,
        number=f"FV/{number}",
        net_23=NET * count,
        vat_23=vat,
        total=NET * count + vat,
        kind=fa3.InvoiceKind.SALE,
        lines=lines,
    )
    seller = fa3.SellerIdentification(nip=NIP, name="Dostawca")
    buyer = fa3.Identification(nip=OWN, name="My")
    return fa3.Invoice(
        header=fa3.Header(created_at=datetime.now(timezone.utc), system="X"),
        seller=fa3.Seller(identification=seller, address=address),
        buyer=fa3.Buyer(identification=buyer, address=address),
        body=body,
    )
