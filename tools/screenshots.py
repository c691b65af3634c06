"""`./dev screenshots`: pictures for the README, of real Odoo in Polish.

Begins with a demo of its own. A second company, which is not connected, is made for the
windows that connect one.
"""

import sys
from datetime import date
from io import BytesIO
from pathlib import Path

from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools import demo_scenario, paths, services  # noqa: E402
from tools.browser import SIZE, Browser  # noqa: E402
from tools.demo import demo  # noqa: E402
from tools.odoo_client import OdooClient  # noqa: E402

FOLDER = paths.ROOT / "static" / "description"
COLOURS = 128
NEWCOMER = "nowa"
NEWCOMERS_NIP = "1234563218"
SETTINGS = "/odoo/ksef-settings"
DASHBOARD = "/odoo/action-account.open_account_journal_dashboard_kanban"
CONNECT = "button[name=action_l10n_pl_ksef_connect]"


def method(number):
    """The radio button of a way to connect."""
    return f".modal [name=method] .o_radio_item:nth-child({number}) input"


# Name -> (page, what is clicked, what must be there)
OF_A_NEWCOMER = {
    "welcome": (DASHBOARD, [], ".modal .o_l10n_pl_ksef_welcome"),
    "banner": (DASHBOARD, [], ".o_l10n_pl_ksef_banner"),
    "certificate": (
        SETTINGS,
        ["button[name=action_l10n_pl_ksef_add_certificate]"],
        ".modal [name=certificate_file]",
    ),
    "offline_certificate": (
        SETTINGS,
        ["button[name=action_l10n_pl_ksef_add_offline_certificate]"],
        ".modal [name=certificate_file]",
    ),
    "connect": (SETTINGS, [CONNECT], ".modal [name=method]"),
    "token": (SETTINGS, [CONNECT, method(2)], ".modal [name=token]"),
    "signed_file": (
        SETTINGS,
        [
            CONNECT,
            ".modal [name=environment] .o_radio_item:nth-child(3) input",
            method(3),
            ".modal button[name=action_next]",
            ".modal button[name=action_download]",
        ],
        ".modal .o_l10n_pl_ksef_countdown",
    ),
}
OF_THE_ACCOUNTANT = {
    "settings": (SETTINGS, [], "#l10n_pl_ksef_connection .text-bg-success"),
    "company_data": (
        SETTINGS,
        ["#l10n_pl_ksef_company_data button"],
        ".modal [name=user_key]",
    ),
    "notifications": ("/odoo/ksef-notifications", [], ".o_data_row"),
    "delete_certificate": (
        "/odoo/action-l10n_pl_ksef.action_certificate",
        [".o_data_row .o_data_cell", "button[name=action_delete]"],
        ".modal .modal-body",
    ),
    "dashboard": (DASHBOARD, [], "button[name=action_l10n_pl_ksef_fetch]"),
    "attention": ("/odoo/ksef-attention", [], ".o_view_controller"),
    "invoice": (
        "/odoo/customer-invoices",
        [".o_data_row .o_data_cell"],
        "[name=l10n_pl_ksef_state] .text-bg-success",
    ),
    "bill": (
        "/odoo/vendor-bills",
        [".o_data_row .o_data_cell"],
        "[name=l10n_pl_ksef_number]",
    ),
}
INVOICES = "/odoo/customer-invoices"
FIRST = ".o_data_row .o_data_cell"
ISSUE_OFFLINE = ".o_statusbar_buttons button[name=action_l10n_pl_ksef_issue_offline]"
INBOX = "/odoo/ksef-received"
KSEF_PAGE = ".o_notebook_headers a[name=l10n_pl_ksef]"
# As wide as an accountant's screen, and as a telephone.
DESK, PHONE = (1366, 820), (390, 844)
AT_THE_DESK = {
    "inbox": (INBOX, [], ".o_l10n_pl_ksef_pane iframe"),
    "sent": ("/odoo/ksef-sent", [], ".o_data_row"),
    "invoice_ksef": (INVOICES, [FIRST, KSEF_PAGE], "[name=l10n_pl_ksef_files] button"),
    "settings_desk": (SETTINGS, [], "#l10n_pl_ksef_connection .text-bg-success"),
}
ON_A_PHONE = {
    "inbox_phone": (INBOX, [], ".o_kanban_record:not(.o_kanban_ghost)"),
    "invoices_phone": (INVOICES, [], ".o_kanban_record [name=l10n_pl_ksef_state]"),
    "invoice_phone": (
        INVOICES,
        [".o_kanban_record"],
        ".o_form_view [name=l10n_pl_ksef_state]",
    ),
    "settings_phone": (SETTINGS, [], "#l10n_pl_ksef_connection .text-bg-success"),
}
SUPPLIERS = [
    ({"name": "Hurtownia Papieru Biurowego sp. z o.o.", "vat": "PL9990001002"}, "FV 1"),
    ({"name": "Energia Mazowsze S.A.", "vat": "PL9990001077"}, "2026/11/00871"),
    ({"name": "Kancelaria Kowalska i Wspólnicy", "vat": "PL9990001143"}, "37/11/2026"),
    ({"name": "Transport Nowak", "vat": "PL9990001284"}, "FS-214/26"),
]
BOTH = ("InvoiceRead", "InvoiceWrite")
# Clients of the office: name, NIP, what they have granted it.
CLIENTS = [
    ("Apteka pod Lwem", "4673412345", ("InvoiceRead",)),
    ("Auto-Serwis Kowalczyk", "3252888742", BOTH),
    ("Gabinet Stomatologiczny Uśmiech s.c.", "1226355416", ()),
    ("Kwiaciarnia Stokrotka", "4936821852", BOTH),
    ("Piekarnia Złoty Kłos sp. z o.o.", "6493532592", BOTH),
    ("Studio Graficzne Kreska", "7951499652", BOTH),
    ("Transport Wiatr sp. z o.o.", "2851138662", ()),
    ("Warzywniak na Rogu", "5691841324", BOTH),
    ("Zielony Ogród sp. z o.o.", "9412772426", BOTH),
]
COMPANIES = "/odoo/ksef-companies"
LOGIN_RIGHTS = "button[name=action_l10n_pl_ksef_rights]"
PERMISSIONS = "button[name=action_permissions]"
ORDER = "button[name=action_l10n_pl_ksef_order_certificates]"
OF_THE_OFFICE = {
    "companies": (COMPANIES, [], ".o_data_row .text-bg-success"),
    "connect_many": (
        COMPANIES,
        ["button[name=action_connect_list]"],
        ".modal [name=nips_file]",
    ),
    "permissions": (SETTINGS, [LOGIN_RIGHTS, PERMISSIONS], ".o_data_row"),
    "permission_grant": (
        SETTINGS,
        [LOGIN_RIGHTS, PERMISSIONS, ".o_control_panel button.btn-primary"],
        ".modal [name=who]",
    ),
    "order_certificates": (SETTINGS, [ORDER], ".modal [name=order_offline]"),
}
DURING_A_FAILURE = {
    "issue_offline": (INVOICES, [FIRST, ISSUE_OFFLINE], ".modal [name=move_ids]"),
    "availability": ("/odoo/action-l10n_pl_ksef.action_outage", [], ".o_data_row"),
}


def main():
    demo(serve=True)
    state = services.state("odoo")
    where = (state["url"], state["database"])
    make_newcomer(OdooClient(*where, "admin", "admin"))
    take(OdooClient(*where, NEWCOMER, NEWCOMER), OF_A_NEWCOMER)
    name = demo_scenario.ACCOUNTANT
    take(OdooClient(*where, name, name), OF_THE_ACCOUNTANT)
    fill_inbox(OdooClient(*where, "admin", "admin"))
    take(OdooClient(*where, name, name), AT_THE_DESK, DESK)
    take(OdooClient(*where, name, name), ON_A_PHONE, PHONE)
    make_clients(OdooClient(*where, "admin", "admin"))
    take(OdooClient(*where, name, name), OF_THE_OFFICE, DESK)
    announce_failure(OdooClient(*where, "admin", "admin"))
    take(OdooClient(*where, name, name), DURING_A_FAILURE)
    services.down()


def make_newcomer(odoo):
    """A company that nobody has connected yet, and its accountant."""
    poland = odoo.one("res.country", ("code", "=", "PL"))
    company = odoo.create(
        "res.company",
        name="Nowa Firma sp. z o.o.",
        vat=f"PL{NEWCOMERS_NIP}",
        street="ul. Prosta 1",
        city="Łódź",
        zip="90-001",
        country_id=poland,
    )
    odoo.call("res.users", "write", [odoo.uid], {"company_ids": [(4, company)]})
    odoo.company_id = company
    settings = odoo.create("res.config.settings", chart_template="pl")
    odoo.call("res.config.settings", "execute", [settings])
    odoo.create(
        "res.users",
        name="Jan Nowak",
        login=NEWCOMER,
        password=NEWCOMER,
        lang="pl_PL",
        company_id=company,
        company_ids=[(6, 0, [company])],
        group_ids=[(4, odoo.by_xml_id("account", "group_account_manager"))],
    )


def fill_inbox(odoo):
    """Suppliers issue invoices, of which nobody has made bills yet."""
    company = odoo.one("res.company", ("vat", "=", demo_scenario.COMPANY["vat"]))
    odoo.call("res.company", "write", [company], {"l10n_pl_ksef_make_bills": False})
    sandbox = demo_scenario.Sandbox(services.state("sandbox"))
    numbers = [demo_scenario.issue(sandbox, n, party) for party, n in SUPPLIERS]
    odoo.company_id = company
    journal = odoo.one(
        "account.journal", ("type", "=", "purchase"), ("company_id", "=", company)
    )

    def here():
        odoo.call("account.journal", "action_l10n_pl_ksef_fetch", [journal])
        new = [("ksef_number", "in", numbers), ("has_file", "=", True)]
        return len(odoo.search("l10n_pl_ksef.bill", *new)) == len(numbers)

    demo_scenario.wait_until(here, "invoices of suppliers")


def make_clients(odoo):
    """The accountant's office has clients, most of whom have granted it their rights;
    an employee may see and issue its own invoices."""
    sandbox = demo_scenario.Sandbox(services.state("sandbox"))
    office = demo_scenario.nip(demo_scenario.COMPANY)
    poland = odoo.one("res.country", ("code", "=", "PL"))
    clients = [
        odoo.create("res.company", name=name, vat=f"PL{nip}", country_id=poland)
        for name, nip, _granted in CLIENTS
    ]
    accountant = odoo.one("res.users", ("login", "=", demo_scenario.ACCOUNTANT))
    for user in (accountant, odoo.uid):
        values = {"company_ids": [(4, client) for client in clients]}
        odoo.call("res.users", "write", [user], values)
    for _name, nip, granted in CLIENTS:
        if granted:
            sandbox.order(
                "/permissions", nip=nip, subject_nip=office, permissions=list(granted)
            )
    sandbox.order(
        "/permissions",
        nip=office,
        subject_pesel="85010112345",
        permissions=list(BOTH),
    )
    company = odoo.one("res.company", ("vat", "=", demo_scenario.COMPANY["vat"]))
    odoo.company_id = company
    window = odoo.create(
        "l10n_pl_ksef.office.connect",
        company_id=company,
        company_ids=[(6, 0, clients)],
        certificate_id=odoo.one(
            "l10n_pl_ksef.certificate", ("company_id", "=", company)
        ),
        environment="test",
    )
    odoo.call("l10n_pl_ksef.office.connect", "action_connect", [window])
    lacking = [("id", "in", clients), ("rights_request", "!=", False)]
    wanted = sum(granted != BOTH for _name, _nip, granted in CLIENTS)

    def told():
        return len(odoo.search("l10n_pl_ksef.office", *lacking)) == wanted

    demo_scenario.wait_until(told, "what clients have granted")


def announce_failure(odoo):
    """KSeF announces a failure, while an invoice of today is not in KSeF yet."""
    sandbox = demo_scenario.Sandbox(services.state("sandbox"))
    sandbox.order("/latarnia", status="FAILURE")
    cron = odoo.by_xml_id("l10n_pl_ksef", "ir_cron_outage")
    odoo.call("ir.cron", "method_direct_trigger", [cron])
    sent = odoo.one(
        "account.move",
        ("l10n_pl_ksef_state", "=", "accepted"),
        ("move_type", "=", "out_invoice"),
    )
    company = odoo.call("account.move", "read", [sent], ["company_id"])[0]["company_id"]
    odoo.call(
        "res.company",
        "write",
        [company[0]],
        {"l10n_pl_ksef_send_on_validation": False},
    )
    today = {"invoice_date": date.today().isoformat()}
    (copy,) = odoo.call("account.move", "copy", [sent], today)
    odoo.call("account.move", "action_post", [copy])


def take(client, pictures, size=SIZE):
    """Take `pictures` as the user of `client` sees them."""
    with Browser(client, size) as browser:
        for name, (page, clicks, wanted) in pictures.items():
            browser.open(page)
            browser.wait_for(".o_main_navbar")
            for selector in clicks:
                browser.click(selector)
            browser.wait_for(wanted)
            save(name, browser.picture())


def save(name, content):
    """Write a picture in few colours; pages of Odoo need no more."""
    picture = Image.open(BytesIO(content)).convert("RGB")
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.png"
    picture.quantize(COLOURS).save(path, optimize=True)
    print(f"{path.relative_to(paths.ROOT)}  {path.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
