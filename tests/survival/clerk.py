"""Odoo in a process of its own that does what it is told, one line of JSON at a time.

Run by `processes.Clerk`: `clerk.py DATABASE [option of Odoo …]`. Orders come on
standard input as `{"do": name, ...}`; answers leave as JSON on standard output. The log
is on standard error. It stands for the people: it makes invoices and presses *Send to
KSeF*.
"""

import base64
import json
import sys
from datetime import datetime
from zoneinfo import ZoneInfo

from odoo import SUPERUSER_ID, Command, api
from odoo.modules.registry import Registry
from odoo.service.server import load_server_wide_modules
from odoo.tools import config

NIP, CUSTOMER = "5265877635", "1111111111"
ADDRESS = {"street": "ul. Próżna 7", "zip": "00-107", "city": "Warszawa"}
ORDERS = {}


def order(function):
    """Register an order: it gets the environment and the words of the line."""
    ORDERS[function.__name__] = function
    return function


@order
def prepare(env, api_url, qr_url, certificate):
    """A Polish company that KSeF has authorised; returns its NIP."""
    parameters = env["ir.config_parameter"]
    parameters.set_param("l10n_pl_ksef.test_api_url", api_url)
    parameters.set_param("l10n_pl_ksef.test_qr_url", qr_url)
    poland = env.ref("base.pl")
    company = env.ref("l10n_pl_ksef_tests.company")  # of tools/ready_company.py
    company.write({"name": "Trwała sp. z o.o.", "vat": f"PL{NIP}", **ADDRESS})
    company.l10n_pl_ksef_send_on_validation = False
    env["res.partner"].create(
        {
            "name": "Odbiorca S.A.",
            "vat": f"PL{CUSTOMER}",
            "is_company": True,
            "country_id": poland.id,
            **ADDRESS,
        }
    )
    wizard = env["l10n_pl_ksef.certificate.upload"].create(
        {
            "company_id": company.id,
            "environment": "test",
            "certificate_file": _base64(certificate["certificate_pem"]),
            "key_file": _base64(certificate["key_pem"]),
            "password": certificate["password"],
        }
    )
    wizard.action_add()
    connection = wizard.connection_id.sudo()
    for _poll in range(5):
        if connection.state == "processing":
            connection._advance_authorisation()
    return {"state": connection.state, "told": connection.status_message}


def _base64(text):
    return base64.b64encode(text.encode())


def _company(env):
    return env["res.company"].search([("vat", "=", f"PL{NIP}")], limit=1)


@order
def invoices(env, count):
    """Make and validate customer invoices; returns their ids."""
    company = _company(env)
    customer = env["res.partner"].search([("vat", "=", f"PL{CUSTOMER}")], limit=1)
    tax = env.ref(f"account.{company.id}_vs_kraj_23")
    today = datetime.now(ZoneInfo("Europe/Warsaw")).date()
    moves = env["account.move"].with_company(company)
    moves = moves.with_context(tracking_disable=True, mail_notrack=True).create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": customer.id,
                "invoice_date": today.isoformat(),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": f"Usługa {number}",
                            "quantity": 1,
                            "price_unit": 100 + number,
                            "tax_ids": [Command.set(tax.ids)],
                        }
                    )
                ],
            }
            for number in range(count)
        ]
    )
    moves.action_post()
    return moves.ids


@order
def bills(env, numbers):
    """Make and validate vendor bills of KSeF numbers, of one vendor; returns their
    ids.
    """
    company = _company(env)
    seller = numbers[0][:10]
    vendor = env["res.partner"].search([("vat", "=", f"PL{seller}")], limit=1)
    vendor = vendor or env["res.partner"].create(
        {
            "name": "Dostawca sp. j.",
            "vat": f"PL{seller}",
            "is_company": True,
            "country_id": env.ref("base.pl").id,
        }
    )
    moves = env["account.move"].with_company(company)
    for number in numbers:
        line = Command.create({"name": "Papier", "price_unit": 100})
        moves += moves.create(
            {
                "move_type": "in_invoice",
                "partner_id": vendor.id,
                "invoice_date": "2026-11-02",
                "ref": number[-8:],
                "invoice_line_ids": [line],
            }
        )
        # As the inbox has it of its file.
        moves[-1].l10n_pl_ksef_number = number
    moves.action_post()
    return moves.ids


@order
def pay(env, ids):
    """Register one payment of vendor bills; returns the number in its title."""
    company = _company(env)
    windows = env["account.payment.register"].with_context(
        active_model="account.move",
        active_ids=ids,
        allowed_company_ids=company.ids,
        dont_redirect_to_payments=True,
    )
    values = {"group_payment": True, "payment_date": "2027-01-04"}
    windows.create(values).action_create_payments()
    return env["account.move"].browse(ids).matched_payment_ids.mapped("memo")


@order
def queue(env, ids):
    """Let the invoices wait for the cron."""
    env["l10n_pl_ksef.document"]._queue(env["account.move"].browse(ids))


@order
def frozen(env, ids):
    """The FA(3) files that will be sent, in base64."""
    documents = env["l10n_pl_ksef.document"]._queue(env["account.move"].browse(ids))
    documents._freeze()
    return [base64.b64encode(document._xml()).decode() for document in documents]


@order
def send(env, ids):
    """Press *Send to KSeF* on a list of invoices."""
    env["account.move"].browse(ids)._l10n_pl_ksef_send()


@order
def cron(env):
    """Run the send cron here and now, whoever else does."""
    env["l10n_pl_ksef.document"]._cron_send()


@order
def order_certificate(env, kind):
    """Order the next certificate of a type; returns the id of the order."""
    company = _company(env)
    enrolments = env["l10n_pl_ksef.enrolment"]
    current = enrolments._current(company, kind)
    connection = env["l10n_pl_ksef.connection"]._of_company(company)
    return enrolments._place(connection, [kind], "renewal", current).id


@order
def grant_permission(env, pesel):
    """Order rights for an employee, as the window does; returns the id of the order."""
    connection = env["l10n_pl_ksef.connection"]._of_company(_company(env))
    return (
        env["l10n_pl_ksef.permission.order"]
        ._place(
            connection,
            action="grant",
            who="employee",
            subject_type="Pesel",
            subject=pesel,
            first_name="Anna",
            last_name="Nowak",
            subject_name="Anna Nowak",
            scopes=["InvoiceRead"],
            description="Nadane w Odoo",
        )
        .id
    )


@order
def take_back_permission(env, pesel):
    """Order that the employee's right is taken back; returns the id of the order."""
    connection = env["l10n_pl_ksef.connection"]._of_company(_company(env))
    listed = env["l10n_pl_ksef.permission"].search([("subject", "=", pesel)])
    orders = env["l10n_pl_ksef.permission.order"]
    return orders._place_revocation(connection, listed).id


@order
def peer(env, ids, api_url):
    """Send invoices with Odoo's own KSeF module, `l10n_pl_edi`, and see them accepted.

    Its addresses are fixed, so they are replaced; the login is borrowed from ours.
    """
    from odoo.addons.l10n_pl_edi.tools.ksef_api_service import KsefApiService

    KsefApiService._get_api_url = lambda service: api_url
    company = _company(env)
    connection = env["l10n_pl_ksef.connection"]._of_company(company)
    company.l10n_pl_edi_access_token = connection._access_token()
    moves = env["account.move"].browse(ids)
    data = {move: {"extra_edis": ["pl_ksef"], "sending_methods": []} for move in moves}
    send = env["account.move.send"].with_company(company)
    send._call_web_service_before_invoice_pdf_render(data)
    for _round in range(3):
        for move in moves.filtered(lambda m: m.l10n_pl_edi_status == "sent"):
            move.action_l10n_pl_edi_update_invoice_status()
    for move in moves:
        move.action_l10n_pl_edi_get_invoice_UPO()
    accepted = moves.filtered(lambda m: m.l10n_pl_edi_status == "accepted")
    errors = [value["error"] for value in data.values() if value.get("error")]
    return {"accepted": len(accepted), "errors": errors[:3]}


@order
def parameter(env, name, value):
    """Set a system parameter."""
    env["ir.config_parameter"].set_param(name, value)


def answer(database, line):
    """Carry out one order in a transaction of its own."""
    words = json.loads(line)
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        return ORDERS[words.pop("do")](env, **words)


def main(database, *options):
    """Answer until the input ends."""
    config.parse_config(["-d", database, "--max-cron-threads=0", *options])
    load_server_wide_modules()
    Registry(database)
    print(json.dumps({"ok": "ready"}), flush=True)
    for line in sys.stdin:
        try:
            said = {"ok": answer(database, line)}
        except Exception as error:
            # The one who ordered it decides whether this was to be expected.
            said = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
