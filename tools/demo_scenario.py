"""The main job of the demo, over HTTP as a person's browser does it.

Usage: demo_scenario.py SETTINGS, JSON of `{"odoo": {url, database}, "sandbox": {…},
"serve": bool}` as `tools/services.py` knows them; Odoo has the local KSeF in the place
of *test*. Ends with 1 and a sentence when something is not right.
"""

import base64
import json
import re
import sys
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import demo_attention
import requests
from odoo_client import OdooClient, OdooError

SUPPLIER_XML = Path(__file__).with_name("demo_supplier.xml")
TODAY = date.today()
PATIENCE = 120
ACCOUNTANT = "accountant"
COMPANY = {"name": "Demo Handel sp. z o.o.", "vat": "PL5265877635"}
CUSTOMER = {"name": "Odbiorca S.A.", "vat": "PL1111111111"}
SUPPLIER = {"name": "Dostawca sp. j.", "vat": "PL1234563218"}
SUPPLIERS_NUMBER = "FV/2026/0117"
# What demo_supplier.xml says: name, quantity, net price, net, rate in percent.
SUPPLIERS_LINES = [
    ("Papier biurowy A4", 30, 15, 450, 23),
    ("Czasopisma branżowe", 4, 50, 200, 8),
]
SUPPLIERS_TOTALS = {"amount_untaxed": 650, "amount_tax": 119.5, "amount_total": 769.5}


class Failure(Exception):
    """Something is not as it must be; the text says what."""


class Sandbox:
    """The local KSeF's control port."""

    def __init__(self, addresses):
        self.addresses = addresses

    def order(self, path, **payload):
        """Give an order; returns the answer."""
        answer = requests.post(
            self.addresses["control_url"] + path, json=payload, timeout=30
        )
        answer.raise_for_status()
        return answer.json()


def nip(party):
    return party["vat"].removeprefix("PL")


def told(line):
    print(f"      {line}", flush=True)


def wait_until(look, what):
    """Ask until `look()` gives something; the add-on's crons do the work meanwhile."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.5)
    raise Failure(f"{what}: nothing after {PATIENCE} s")


def make_company(odoo):
    """A Polish company with its chart of accounts, a customer and a supplier."""
    poland = odoo.one("res.country", ("code", "=", "PL"))
    zloty = odoo.one(
        "res.currency", ("name", "=", "PLN"), ("active", "in", (True, False))
    )
    address = {"street": "ul. Próżna 7", "zip": "00-107", "city": "Warszawa"}
    company = odoo.create(
        "res.company", **COMPANY, **address, country_id=poland, currency_id=zloty
    )
    contact = odoo.read("res.company", [company], "partner_id")[0]["partner_id"][0]
    odoo.call("res.partner", "write", [contact], {"lang": "pl_PL"})
    odoo.call("res.users", "write", [odoo.uid], {"company_ids": [(4, company)]})
    odoo.company_id = company
    if (
        odoo.read("res.company", [company], "chart_template")[0]["chart_template"]
        != "pl"
    ):
        settings = odoo.create("res.config.settings", chart_template="pl")
        odoo.call("res.config.settings", "execute", [settings])
    partners = [
        odoo.create(
            "res.partner",
            **party,
            is_company=True,
            street="ul. Długa 1",
            zip="80-001",
            city="Gdańsk",
            country_id=poland,
        )
        for party in (CUSTOMER, SUPPLIER)
    ]
    told(f"company {COMPANY['name']} (NIP {nip(COMPANY)}), chart of accounts pl")
    return company, partners


def make_accountant(odoo, company):
    """A user who works in that company only; returns her own client."""
    group = odoo.by_xml_id("account", "group_account_manager")
    odoo.create(
        "res.users",
        name="Anna Księgowa",
        login=ACCOUNTANT,
        password=ACCOUNTANT,
        lang="pl_PL",
        company_id=company,
        company_ids=[(6, 0, [company])],
        group_ids=[(4, group)],
    )
    client = OdooClient(odoo.url, odoo.database, ACCOUNTANT, ACCOUNTANT)
    client.company_id = company
    told(f"accountant {ACCOUNTANT}")
    return client


def connect(odoo, sandbox, company):
    """Upload a KSeF certificate and wait until KSeF has authorised the company."""
    given = sandbox.order(
        "/certificates",
        nip=nip(COMPANY),
        name=COMPANY["name"],
        usage="authentication",
        password="haslo-demo",
    )
    wizard = odoo.create(
        "l10n_pl_ksef.certificate.upload",
        company_id=company,
        environment="test",
        certificate_file=_base64(given["certificate_pem"].encode()),
        key_file=_base64(given["key_pem"].encode()),
        password=given["password"],
    )
    odoo.call("l10n_pl_ksef.certificate.upload", "action_add", [wizard])
    connection = odoo.one("l10n_pl_ksef.connection", ("company_id", "=", company))

    def connected():
        odoo.call("l10n_pl_ksef.connection", "action_check", [connection])
        fields = ("state", "status_message", "refresh_valid_until")
        (now,) = odoo.read("l10n_pl_ksef.connection", [connection], *fields)
        if now["state"] in ("failed", "expired"):
            raise Failure(f"KSeF refused the login: {now['status_message']}")
        return now if now["state"] == "connected" else None

    now = wait_until(connected, "authorisation by certificate")
    told(f"KSeF has authorised the connection until {now['refresh_valid_until']} UTC")


def _base64(content):
    return base64.b64encode(content).decode()


def send_invoice(odoo, tax, customer):
    """Validate a customer invoice and see it through KSeF; returns what is known."""
    line = {"name": "Usługa doradcza", "quantity": 10, "price_unit": 150}
    line["tax_ids"] = [(6, 0, [tax])]
    invoice = odoo.create(
        "account.move",
        move_type="out_invoice",
        partner_id=customer,
        invoice_date=TODAY.isoformat(),
        invoice_line_ids=[(0, 0, line)],
    )
    odoo.call("account.move", "action_post", [invoice])
    fields = ("name", "amount_total", "l10n_pl_ksef_state", "l10n_pl_ksef_message")
    (posted,) = odoo.read("account.move", [invoice], *fields)
    if posted["l10n_pl_ksef_state"] in (False, "queued"):
        odoo.call("account.move", "action_l10n_pl_ksef_send", [invoice])

    def with_upo():
        (now,) = odoo.read("account.move", [invoice], *fields)
        if now["l10n_pl_ksef_state"] == "rejected":
            raise Failure(f"KSeF rejected the invoice: {now['l10n_pl_ksef_message']}")
        domain = [("move_id", "=", invoice), ("state", "=", "accepted")]
        found = odoo.search("l10n_pl_ksef.document", *domain)
        documents = odoo.read(
            "l10n_pl_ksef.document", found, "ksef_number", "xml_file", "upo_file"
        )
        return next(({**now, **one} for one in documents if one["upo_file"]), None)

    sent = wait_until(with_upo, "KSeF number and UPO of the invoice")
    told(f"invoice {sent['name']} is in KSeF as {sent['ksef_number']}")
    return sent


def issue(sandbox, number, seller=SUPPLIER, buyer=COMPANY, changes=None):
    """Let a supplier issue an invoice in KSeF; returns its KSeF number.

    :param changes: `{text of demo_supplier.xml: what stands in its place}`
    """
    values = {
        "today": TODAY.isoformat(),
        "due": _due().isoformat(),
        "number": number,
        "seller_nip": nip(seller),
        "seller_name": seller["name"],
        "buyer_nip": nip(buyer),
        "buyer_name": buyer["name"],
    }
    xml = SUPPLIER_XML.read_text(encoding="utf-8")
    # In one go: what was put in is not changed again.
    pattern = "|".join(map(re.escape, changes or {})) or "(?!)"
    xml = re.sub(pattern, lambda found: changes[found[0]], xml)
    for name, value in values.items():
        xml = xml.replace(f"@{name}@", value)
    return sandbox.order("/invoices", xml_b64=_base64(xml.encode()))["ksef_number"]


def receive_bill(odoo, sandbox, company):
    """A supplier issues an invoice in KSeF; fetch it and see the vendor bill."""
    number = issue(sandbox, SUPPLIERS_NUMBER)
    told(f"the supplier issued {SUPPLIERS_NUMBER} as {number}")
    journal = odoo.one(
        "account.journal", ("type", "=", "purchase"), ("company_id", "=", company)
    )

    def imported():
        odoo.call("account.journal", "action_l10n_pl_ksef_fetch", [journal])
        found = odoo.search("l10n_pl_ksef.bill", ("ksef_number", "=", number))
        fields = ("state", "status_message", "move_id", "xml_file", "ksef_number")
        for bill in odoo.read("l10n_pl_ksef.bill", found, *fields):
            if bill["state"] == "error":
                raise Failure(f"no vendor bill: {bill['status_message']}")
            if bill["state"] == "imported":
                return bill
        return None

    return wait_until(imported, "vendor bill from KSeF")


def _due():
    return TODAY + timedelta(days=14)


def check_bill(odoo, bill):
    """Compare the vendor bill with the supplier's invoice.

    :raises Failure: names every difference
    """
    (move,) = odoo.call(
        "account.move",
        "web_read",
        [bill["move_id"][0]],
        specification={
            **{name: {} for name in ("name", "ref", "invoice_date", "move_type")},
            **{name: {} for name in ("invoice_date_due", *SUPPLIERS_TOTALS)},
            "partner_id": {"fields": {"vat": {}}},
            "invoice_line_ids": {
                "fields": {
                    **{name: {} for name in ("name", "quantity", "price_unit")},
                    "price_subtotal": {},
                    "tax_ids": {"fields": {"amount": {}}},
                }
            },
        },
    )
    expected = {
        "move_type": "in_invoice",
        "ref": SUPPLIERS_NUMBER,
        "invoice_date": TODAY.isoformat(),
        "invoice_date_due": _due().isoformat(),
        "partner": SUPPLIER["vat"],
        "lines": SUPPLIERS_LINES,
        **SUPPLIERS_TOTALS,
    }
    found = {
        **move,
        "partner": move["partner_id"]["vat"],
        "lines": [_line(line) for line in move["invoice_line_ids"]],
    }
    wrong = [
        f"{name} is {found[name]!r}, the invoice says {value!r}"
        for name, value in expected.items()
        if found[name] != value
    ]
    if wrong:
        raise Failure("the vendor bill differs: " + "; ".join(wrong))
    return move


def _line(line):
    rates = [tax["amount"] for tax in line["tax_ids"]]
    numbers = (line["quantity"], line["price_unit"], line["price_subtotal"], sum(rates))
    return (line["name"], *numbers)


def summarize(sent, bill, move, odoo, serve):
    """Print what a person wants to see."""
    rows = [
        ("customer invoice", f"{sent['name']}, {_money(sent['amount_total'])}"),
        ("  state", sent["l10n_pl_ksef_state"]),
        ("  KSeF number", sent["ksef_number"]),
        ("  FA(3) / UPO", f"{_size(sent['xml_file'])} / {_size(sent['upo_file'])}"),
        ("vendor bill", f"{move['name'] or 'draft'}, {_money(move['amount_total'])}"),
        ("  supplier's number", move["ref"]),
        ("  KSeF number", bill["ksef_number"]),
        ("  FA(3)", _size(bill["xml_file"])),
    ]
    if serve:
        rows.append(("Odoo", f"{odoo.url}  login and password {ACCOUNTANT}"))
    print()
    for name, value in rows:
        print(f"      {name:<20}{value}")
    print(flush=True)


def _money(amount):
    return f"{Decimal(str(amount)):.2f} PLN"


def _size(content):
    return f"{len(base64.b64decode(content))} bytes"


def main(settings):
    """Run the scenario; returns the exit code."""
    server = settings["odoo"]
    sandbox = Sandbox(settings["sandbox"])
    try:
        admin = OdooClient(server["url"], server["database"], "admin", "admin")
        company, (customer, _supplier) = make_company(admin)
        odoo = make_accountant(admin, company)
        connect(odoo, sandbox, company)
        tax = admin.by_xml_id("account", f"{company}_vs_kraj_23")
        sent = send_invoice(odoo, tax, customer)
        bill = receive_bill(odoo, sandbox, company)
        move = check_bill(odoo, bill)
        told(f"vendor bill {move['ref']} agrees with the supplier's invoice")
        demo_attention.refuse_and_forget(admin, sandbox, company)
    except (Failure, OdooError, requests.RequestException) as error:
        print(f"\n      {error}", file=sys.stderr)
        return 1
    summarize(sent, bill, move, odoo, settings["serve"])
    return 0


if __name__ == "__main__":
    # The very module that others import, so that its errors are theirs.
    import demo_scenario

    sys.exit(demo_scenario.main(json.loads(sys.argv[1])))
