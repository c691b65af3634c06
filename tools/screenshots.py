"""`./dev screenshots`: pictures for README and manual, of real Odoo in Polish.

Begins with a demo of its own. A second company, which is not connected, is made for the
windows that connect one. With names of pictures, these alone are taken, of a demo that
still runs because an earlier `./dev screenshots` failed.
"""

import sys
from datetime import date
from io import BytesIO
from pathlib import Path

from PIL import Image

sys.path[:0] = map(str, (Path(__file__).resolve().parents[1], Path(__file__).parent))

import demo_attention  # noqa: E402
import demo_scenario  # noqa: E402
import demo_workplace  # noqa: E402

from tools import paths, services  # noqa: E402
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
# What is in KSeF, whatever lies above it in the list.
FIRST = ".o_data_row:has([name=l10n_pl_ksef_state] .text-bg-success) .o_data_cell"
NEWEST = ".o_data_row .o_data_cell"
CARD = ".o_kanban_record:has([name=l10n_pl_ksef_state] .text-bg-success)"
INVOICES = "/odoo/customer-invoices"
BILLS = "/odoo/vendor-bills"
INBOX = "/odoo/ksef-received"
ATTENTION = "/odoo/ksef-attention"
ISSUE_OFFLINE = ".o_statusbar_buttons button[name=action_l10n_pl_ksef_issue_offline]"
KSEF_PAGE = ".o_notebook_headers a[name=l10n_pl_ksef]"
CONNECTED = "#l10n_pl_ksef_connection .text-bg-success"
# As wide as an accountant's screen, and as a telephone.
MENUS = ".o_main_navbar .o_menu_sections *, .o_main_navbar .o_mobile_menu_toggle"
DESK, PHONE = (1366, 820), (390, 844)
OF_THE_ACCOUNTANT = {
    "settings": (SETTINGS, [], CONNECTED),
    "company_data": (
        SETTINGS,
        ["#l10n_pl_ksef_company_data button"],
        ".modal [name=user_key]",
    ),
    "notifications": ("/odoo/ksef-notifications", [], ".o_data_row"),
    "delete_certificate": (
        "/odoo/action-l10n_pl_ksef.action_certificate",
        [NEWEST, "button[name=action_delete]"],
        ".modal .modal-body",
    ),
    "invoice": (INVOICES, [FIRST], "[name=l10n_pl_ksef_state] .text-bg-success"),
    "bill": (BILLS, [NEWEST], "[name=l10n_pl_ksef_number]"),
}
AT_THE_DESK = {
    "attention": (ATTENTION, [], ".o_data_row"),
    "dashboard": (DASHBOARD, [], "a[data-kind=rejected]"),
    "inbox": (INBOX, [], ".o_l10n_pl_ksef_pane iframe"),
    "sent": ("/odoo/ksef-sent", [], ".o_data_row"),
    "invoice_ksef": (INVOICES, [FIRST, KSEF_PAGE], "[name=l10n_pl_ksef_files] button"),
    "settings_desk": (SETTINGS, [], CONNECTED),
}
ON_A_PHONE = {
    "dashboard_phone": (DASHBOARD, [], "a[data-kind=rejected]"),
    "attention_phone": (ATTENTION, [], ".o_kanban_record:not(.o_kanban_ghost)"),
    "inbox_phone": (INBOX, [], ".o_kanban_record:not(.o_kanban_ghost)"),
    "invoices_phone": (INVOICES, [], ".o_kanban_record [name=l10n_pl_ksef_state]"),
    "invoice_phone": (INVOICES, [CARD], ".o_form_view [name=l10n_pl_ksef_state]"),
    "settings_phone": (SETTINGS, [], CONNECTED),
}
PAID = {
    "payment": (
        BILLS,
        [NEWEST, "button[name=action_register_payment]"],
        ".modal [name=l10n_pl_ksef_transfers]",
    )
}
OF_THE_WORKPLACE = {
    "rule": ("/odoo/ksef-rules", [NEWEST], ".o_form_view [name=partner_id]"),
    "approval": (
        "/odoo/ksef-to-approve",
        [NEWEST],
        "button[name=action_l10n_pl_ksef_approve]",
    ),
}
ORDERED = {"order": (BILLS, [NEWEST], "[name=l10n_pl_ksef_order_text]")}
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
    "issue_offline": (INVOICES, [NEWEST, ISSUE_OFFLINE], ".modal [name=move_ids]"),
    "availability": ("/odoo/action-l10n_pl_ksef.action_outage", [], ".o_data_row"),
}


def main(names):
    if not names:
        demo(serve=True)
    state = services.state("odoo")
    where = (state["url"], state["database"])
    admin = OdooClient(*where, "admin", "admin")
    sandbox = demo_scenario.Sandbox(services.state("sandbox"))
    accountant = demo_scenario.ACCOUNTANT
    scenes = [
        (make_newcomer, NEWCOMER, OF_A_NEWCOMER, SIZE),
        (demo_attention.issue_offline, accountant, OF_THE_ACCOUNTANT, SIZE),
        (demo_attention.fill_inbox, accountant, AT_THE_DESK, DESK),
        (None, accountant, ON_A_PHONE, PHONE),
        (demo_workplace.pay, accountant, PAID, DESK),
        (demo_workplace.order, accountant, ORDERED, DESK),
        (demo_workplace.organise, accountant, OF_THE_WORKPLACE, DESK),
        (make_clients, accountant, OF_THE_OFFICE, DESK),
        (announce_failure, accountant, DURING_A_FAILURE, SIZE),
    ]
    company = admin.one("res.company", ("vat", "=", demo_scenario.COMPANY["vat"]))
    for prepare, person, pictures, size in scenes:
        admin.company_id = company
        if prepare and not names:
            prepare(admin, sandbox, company)
        wanted = {n: p for n, p in pictures.items() if not names or n in names}
        if wanted:
            take(OdooClient(*where, person, person), wanted, size)
    if not names:
        services.down()


def make_newcomer(odoo, _sandbox, _company):
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


def make_clients(odoo, sandbox, _company):
    """The accountant's office has clients, most of whom have granted it their rights;
    an employee may see and issue its own invoices."""
    odoo.company_id = None
    office = demo_scenario.nip(demo_scenario.COMPANY)
    poland = odoo.one("res.country", ("code", "=", "PL"))
    clients = [
        odoo.create("res.company", name=name, vat=f"PL{nip}", country_id=poland)
        for name, nip, _granted in CLIENTS
    ]
    partners = odoo.search("res.partner", ("ref_company_ids", "in", clients))
    odoo.call("res.partner", "write", partners, {"lang": "pl_PL"})
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
            "l10n_pl_ksef.certificate",
            ("company_id", "=", company),
            ("type", "=", "authentication"),
        ),
        environment="test",
    )
    odoo.call("l10n_pl_ksef.office.connect", "action_connect", [window])
    lacking = [("id", "in", clients), ("rights_request", "!=", False)]
    wanted = sum(granted != BOTH for _name, _nip, granted in CLIENTS)

    def told():
        return len(odoo.search("l10n_pl_ksef.office", *lacking)) == wanted

    demo_scenario.wait_until(told, "what clients have granted")


def announce_failure(odoo, sandbox, company):
    """KSeF announces a failure, while an invoice of today is not in KSeF yet."""
    sandbox.order("/latarnia", status="FAILURE")
    cron = odoo.by_xml_id("l10n_pl_ksef", "ir_cron_outage")
    odoo.call("ir.cron", "method_direct_trigger", [cron])
    sent = odoo.one(
        "account.move",
        ("l10n_pl_ksef_state", "=", "accepted"),
        ("move_type", "=", "out_invoice"),
    )
    demo_attention.set_company(odoo, company, l10n_pl_ksef_send_on_validation=False)
    today = {"invoice_date": date.today().isoformat()}
    (copy,) = odoo.call("account.move", "copy", [sent], today)
    odoo.call("account.move", "action_post", [copy])


def take(client, pictures, size=SIZE):
    """Take `pictures` as the user of `client` sees them."""
    with Browser(client, size) as browser:
        for name, (page, clicks, wanted) in pictures.items():
            browser.open(page)
            browser.wait_for(MENUS)
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
    main(sys.argv[1:])
