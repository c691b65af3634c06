"""What waits for people in the demo: one of each kind of *Needs Attention*."""

from datetime import date, timedelta
from decimal import Decimal

import demo_scenario as scenario

PAPER, PRESS = "Papier biurowy A4", "Czasopisma branżowe"
# Seller, NIP, number, how much dearer than demo_supplier.xml, what is sold.
SUPPLIERS = [
    ("Hurtownia Papieru sp. z o.o.", "9990001002", "FV/452/11/2026", 1, PAPER, PRESS),
    ("Energia Mazowsze S.A.", "9990001077", "2026/11/00871", 4, "Energia", "Ciepło"),
    ("Kancelaria Kowalska", "9990001143", "37/11/2026", 6, "Umowa najmu", "Komentarz"),
    ("Transport Nowak", "9990001284", "FS-214/26", 2, "Przewóz palet", "Bilety"),
]
AMOUNTS = ("15.00", "50.00", "450.00", "200.00", "103.50", "16.00", "769.50")
CUSTOMERS = [
    {"name": "Gdańska Stocznia Remontowa S.A.", "vat": "PL9990001309"},
    {"name": "Szkoła Językowa Lingua sp. z o.o.", "vat": "PL9990001367"},
    {"name": "Hotel Pod Różą sp. j.", "vat": "PL9990001427"},
]


def refuse_and_forget(odoo, sandbox, company):
    """One invoice that KSeF rejects, and one that lacks the basis of its exemption."""
    set_company(odoo, company, l10n_pl_ksef_send_on_validation=False)
    taken, lacking, _late = customers(odoo)
    rejected = invoice(odoo, company, taken, "23", "Przegląd suwnicy", 4200)
    (name,) = odoo.read("account.move", [rejected], "name")
    # Somebody has used its number in KSeF for something else.
    scenario.issue(sandbox, name["name"], scenario.COMPANY, scenario.CUSTOMER)
    odoo.call("account.move", "action_l10n_pl_ksef_send", [rejected])
    set_company(odoo, company, l10n_pl_ksef_send_on_validation=True)
    exempt = invoice(odoo, company, lacking, "zw", "Kurs języka niemieckiego", 1800)
    for move, state in ((rejected, "rejected"), (exempt, "incomplete")):
        scenario.wait_until(lambda m=move, s=state: is_in(odoo, m, s), state)
    scenario.told("one invoice was rejected, one is to be completed")


def issue_offline(odoo, sandbox, company):
    """An invoice issued offline, whose deadline comes before KSeF's answer."""
    given = sandbox.order(
        "/certificates",
        nip=scenario.nip(scenario.COMPANY),
        name=scenario.COMPANY["name"],
        usage="offline",
        password="haslo-demo",
    )
    window = odoo.create(
        "l10n_pl_ksef.certificate.upload",
        company_id=company,
        environment="test",
        type="offline",
        certificate_file=scenario._base64(given["certificate_pem"].encode()),
        key_file=scenario._base64(given["key_pem"].encode()),
        password=given["password"],
    )
    odoo.call("l10n_pl_ksef.certificate.upload", "action_add", [window])
    set_company(odoo, company, l10n_pl_ksef_send_on_validation=False)
    late = customers(odoo)[2]
    move = invoice(odoo, company, late, "8", "Catering konferencji", 2600)
    sandbox.order("/knobs", processing_seconds=3600)
    window = odoo.call("account.move", "action_l10n_pl_ksef_issue_offline", [move])
    odoo.call("l10n_pl_ksef.issue.offline", "action_issue", [window["res_id"]])


def fill_inbox(odoo, sandbox, company):
    """Suppliers issue invoices, of which nobody has made bills yet."""
    set_company(odoo, company, l10n_pl_ksef_make_bills=False)
    fetch(odoo, company, [issued(sandbox, *supplier) for supplier in SUPPLIERS])


def dearer(times):
    """Return how the amounts of demo_supplier.xml change."""
    return {f">{text}<": f">{times * Decimal(text)}<" for text in AMOUNTS}


def issued(sandbox, name, nip, number, times, goods, other):
    """Let a supplier issue an invoice; returns its KSeF number."""
    changes = {**dearer(times), PAPER: goods, PRESS: other}
    seller = {"name": name, "vat": f"PL{nip}"}
    return scenario.issue(sandbox, number, seller, changes=changes)


def fetch(odoo, company, numbers):
    """Fetch until all that have these KSeF numbers are here, with their files."""
    journal = odoo.one(
        "account.journal", ("type", "=", "purchase"), ("company_id", "=", company)
    )

    def here():
        odoo.call("account.journal", "action_l10n_pl_ksef_fetch", [journal])
        new = [("ksef_number", "in", numbers), ("has_file", "=", True)]
        return len(odoo.search("l10n_pl_ksef.bill", *new)) == len(numbers)

    scenario.wait_until(here, "invoices of suppliers")


def set_company(odoo, company, **values):
    odoo.call("res.company", "write", [company], values)


def customers(odoo):
    """Return the ids of `CUSTOMERS`, made when they are not there."""
    poland = odoo.one("res.country", ("code", "=", "PL"))
    address = {"street": "ul. Długa 1", "zip": "80-001", "city": "Gdańsk"}
    found = []
    for party in CUSTOMERS:
        known = odoo.search("res.partner", ("vat", "=", party["vat"]), limit=1)
        found += known or [
            odoo.create(
                "res.partner", **party, **address, is_company=True, country_id=poland
            )
        ]
    return found


def invoice(odoo, company, customer, rate, name, price):
    """Return a confirmed invoice of today."""
    tax = odoo.by_xml_id("account", f"{company}_vs_kraj_{rate}")
    line = {"name": name, "quantity": 1, "price_unit": price}
    line["tax_ids"] = [(6, 0, [tax])]
    today = date.today()
    move = odoo.create(
        "account.move",
        move_type="out_invoice",
        partner_id=customer,
        invoice_date=today.isoformat(),
        invoice_date_due=(today + timedelta(days=14)).isoformat(),
        invoice_line_ids=[(0, 0, line)],
    )
    odoo.call("account.move", "action_post", [move])
    return move


def is_in(odoo, move, state):
    (now,) = odoo.read("account.move", [move], "l10n_pl_ksef_state")
    return now["l10n_pl_ksef_state"] == state
