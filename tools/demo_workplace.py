"""Payments, rules, approval and orders, for pictures."""

import demo_attention
import demo_scenario as scenario


def pay(odoo, sandbox, company):
    """A bill that is posted, and whose transfer carries its KSeF number."""
    sandbox.order("/knobs", processing_seconds=0)  # slow since `issue_offline`
    demo_attention.set_company(odoo, company, l10n_pl_ksef_payment_titles="yes")
    bill = odoo.one("account.move", ("ref", "=", scenario.SUPPLIERS_NUMBER))
    odoo.call("account.move", "action_post", [bill])


def order(odoo, sandbox, company):
    """A purchase order, and an invoice that names it and is dearer."""
    demo_attention.set_company(odoo, company, l10n_pl_ksef_use_orders=True)
    # Odoo makes one for its first company only.
    odoo.create("stock.warehouse", name="Magazyn", code="MAG", company_id=company)
    product = odoo.create("product.product", name="Toner do drukarki", type="consu")
    supplier = odoo.one("res.partner", ("vat", "=", scenario.SUPPLIER["vat"]))
    line = {"product_id": product, "product_qty": 30, "price_unit": 40}
    ordered = odoo.create(
        "purchase.order", partner_id=supplier, order_line=[(0, 0, line)]
    )
    odoo.call("purchase.order", "button_confirm", [ordered])
    (name,) = odoo.read("purchase.order", [ordered], "name")
    names = f"<Zamowienia><NrZamowienia>{name['name']}</NrZamowienia></Zamowienia>"
    changes = {
        **demo_attention.dearer(3),
        demo_attention.PAPER: "Toner do drukarki",
        "</Platnosc>": f"</Platnosc><WarunkiTransakcji>{names}</WarunkiTransakcji>",
    }
    number = scenario.issue(sandbox, "FV/2026/0131", changes=changes)
    demo_attention.fetch(odoo, company, [number])
    make_bill(odoo, number)


def make_bill(odoo, number):
    received = odoo.one("l10n_pl_ksef.bill", ("ksef_number", "=", number))
    # What rules did is written down in the language of whoever makes the bill.
    polish = {"lang": "pl_PL"}
    odoo.call("l10n_pl_ksef.bill", "action_make_bill", [received], context=polish)


def organise(odoo, _sandbox, company):
    """A rule, and a bill that waits for approval because of it."""
    accountant = odoo.one("res.users", ("login", "=", scenario.ACCOUNTANT))
    demo_attention.set_company(
        odoo,
        company,
        l10n_pl_ksef_use_orders=False,
        l10n_pl_ksef_use_rules=True,
        l10n_pl_ksef_use_approval=True,
        l10n_pl_ksef_approver_id=accountant,
    )
    energy = odoo.one("l10n_pl_ksef.bill", ("seller_name", "like", "Energia"))
    (received,) = odoo.read("l10n_pl_ksef.bill", [energy], "ksef_number", "seller_nip")
    odoo.create(
        "l10n_pl_ksef.rule",
        name="Energia: do akceptacji",
        company_id=company,
        partner_id=odoo.create(
            "res.partner",
            name="Energia Mazowsze S.A.",
            vat=f"PL{received['seller_nip']}",
            is_company=True,
            country_id=odoo.one("res.country", ("code", "=", "PL")),
        ),
        account_id=odoo.one(
            "account.account",
            ("account_type", "=", "expense"),
            ("company_ids", "in", [company]),
        ),
        needs_approval=True,
    )
    make_bill(odoo, received["ksef_number"])
