"""Odoo in a process of its own: first with its own KSeF module, then with ours.

`worker.py odoo.conf DATABASE STEP`; a JSON object of what the step needs comes on
standard input, what it has to tell leaves as JSON on the last line of standard output.
"""

import base64
import json
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import requests

from odoo import SUPERUSER_ID, Command, api
from odoo.modules.registry import Registry
from odoo.service.server import load_server_wide_modules
from odoo.tools import config

WARSAW = ZoneInfo("Europe/Warsaw")
ADDRESS = {"street": "ul. Próżna 7", "zip": "00-107", "city": "Warszawa"}
GONE = "20260101-{}-0000000000-0000000000-00"
# How each invoice of `make` is left behind.
KINDS = (
    "accepted",
    "sent",
    "sent_and_refused",
    "rejected",
    "forgotten_session",
    "forgotten_session_no_file",
    "never_arrived",
    "unsent",
)
QUESTIONS = 20


def make(env, api_url, control_url, nip, customer, certificate, key, bill_number):
    """A company that uses ``l10n_pl_edi`` with KSeF, in each of its states."""
    from odoo.addons.l10n_pl_edi.tools.ksef_api_service import KsefApiService

    KsefApiService._get_api_url = lambda service: api_url
    parameters = env["ir.config_parameter"]
    parameters.set_param("l10n_pl_edi_ksef.mode", "test")
    parameters.set_param("l10n_pl_ksef.test_api_url", api_url)
    company = _company(env, nip)
    _log_in(env, company, certificate, key)
    moves = _invoices(env, company, customer)
    by_kind = dict(zip(KINDS, moves, strict=True))
    for kind in ("rejected", "sent_and_refused"):
        _take_number(by_kind[kind], control_url)
    data = {
        move: {"extra_edis": ["pl_ksef"], "sending_methods": []} for move in moves[:-2]
    }
    send = env["account.move.send"].with_company(company)
    send._call_web_service_before_invoice_pdf_render(data)
    send._link_invoice_documents(data)
    errors = [value["error"] for value in data.values() if value.get("error")]
    assert not errors, errors
    for kind in ("accepted", "rejected"):
        for _round in range(3):
            by_kind[kind].action_l10n_pl_edi_update_invoice_status()
    by_kind["accepted"].action_l10n_pl_edi_get_invoice_UPO()
    for kind in ("forgotten_session", "forgotten_session_no_file", "never_arrived"):
        by_kind[kind].write(
            {
                "l10n_pl_edi_status": "sent",
                "l10n_pl_edi_session_id": GONE.format("SO"),
                "l10n_pl_edi_ref": GONE.format("EE"),
            }
        )
    by_kind["forgotten_session_no_file"].l10n_pl_edi_attachment_file = False
    bill = _bill(env, company, bill_number)
    env.flush_all()
    return {
        "statuses": {kind: m.l10n_pl_edi_status for kind, m in by_kind.items()},
        "numbers": {kind: m.l10n_pl_edi_number for kind, m in by_kind.items()},
        "ids": {kind: move.id for kind, move in by_kind.items()},
        "company": company.id,
        "bill": bill.id,
        "secrets": _secrets(env, company),
        "key_files": _key_files(env, company),
    }


def _company(env, nip):
    company = env["res.company"].create(
        {
            "name": "Dawna sp. z o.o.",
            "vat": f"PL{nip}",
            "country_id": env.ref("base.pl").id,
            "currency_id": env.ref("base.PLN").id,
            **ADDRESS,
        }
    )
    env["account.chart.template"].try_loading("pl", company, install_demo=False)
    return company


def _log_in(env, company, certificate, key):
    """As a system administrator does in Odoo's settings."""
    keys = env["certificate.key"].with_company(company)
    stored = env["certificate.certificate"].with_company(company)
    private = keys.create(
        {"name": "klucz", "content": _base64(key), "company_id": company.id}
    )
    record = stored.create(
        {
            "name": "certyfikat",
            "content": _base64(certificate),
            "private_key_id": private.id,
            "company_id": company.id,
        }
    )
    settings = env["res.config.settings"].with_company(company)
    settings.create(
        {"company_id": company.id, "l10n_pl_edi_certificate": record.id}
    ).execute()
    assert company.l10n_pl_edi_refresh_token


def _invoices(env, company, customer):
    partner = env["res.partner"].create(
        {
            "name": "Odbiorca S.A.",
            "vat": f"PL{customer}",
            "is_company": True,
            "country_id": env.ref("base.pl").id,
            **ADDRESS,
        }
    )
    tax = env.ref(f"account.{company.id}_vs_kraj_23")
    today = datetime.now(WARSAW).date()
    moves = env["account.move"].with_company(company)
    moves = moves.create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": today.isoformat(),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": f"Usługa {kind}",
                            "quantity": 1,
                            "price_unit": 100,
                            "tax_ids": [Command.set(tax.ids)],
                        }
                    )
                ],
            }
            for kind in KINDS
        ]
    )
    moves.action_post()
    return moves


def _take_number(move, control_url):
    """Another program puts another invoice of this number into KSeF."""
    xml = move._l10n_pl_edi_render_xml().replace("Usługa", "Inna usługa")
    order = {"xml_b64": _base64(xml).decode()}
    requests.post(f"{control_url}/invoices", json=order, timeout=30).raise_for_status()


def _bill(env, company, number):
    """A vendor bill as a newer ``l10n_pl_edi`` makes it, with the wrong total."""
    vendor = env["res.partner"].create({"name": "Dostawca", "is_company": True})
    moves = env["account.move"].with_company(company)
    return moves.create(
        {
            "move_type": "in_invoice",
            "partner_id": vendor.id,
            "l10n_pl_edi_number": number,
            "invoice_line_ids": [
                Command.create({"name": "Papier", "price_unit": 1, "quantity": 1})
            ],
        }
    )


def _secrets(env, company):
    """Everything that must not be readable any more after the take-over."""
    certificate = company.l10n_pl_edi_certificate.with_context(bin_size=False)
    return [
        company.l10n_pl_edi_access_token,
        company.l10n_pl_edi_refresh_token,
        company.l10n_pl_edi_session_key.decode(),
        base64.b64decode(certificate.private_key_id.pem_key).decode(),
    ]


def _key_files(env, company):
    """Paths of the files in which Odoo keeps the session's key, and private keys."""
    files = env["ir.attachment"].search(
        [
            ("res_model", "in", ("res.company", "certificate.key")),
            ("res_field", "in", ("l10n_pl_edi_session_key", "content", "pem_key")),
            ("store_fname", "!=", False),
        ]
    )
    return [files._full_path(name) for name in files.mapped("store_fname")]


def look(env, company, ids, bill, secrets, key_files):
    """What our module makes of it: after the installation, and after its crons."""
    company = env["res.company"].browse(company)
    moves = {kind: env["account.move"].browse(id) for kind, id in ids.items()}
    connection = env["l10n_pl_ksef.connection"]._of_company(company)
    first = {
        "connection": [connection.environment, connection.nip, connection.state],
        "states": {kind: m.l10n_pl_ksef_state for kind, m in moves.items()},
        "upo_shown": bool(moves["accepted"].l10n_pl_edi_upo_file),
    }
    env["ir.attachment"]._gc_file_store()
    for _round in range(6):
        connection.write({"retry_at": False, "next_call_at": False})
        connection._cron_authorise()
    documents = env["l10n_pl_ksef.document"]
    for _round in range(QUESTIONS):
        env.flush_all()
        env.cr.execute("UPDATE l10n_pl_ksef_document SET retry_at = NULL")
        env.invalidate_all()
        documents._cron_send()
    for _round in range(3):
        env["l10n_pl_ksef.fetch"].search([]).due_at = "2000-01-01 00:00:00"
        env["l10n_pl_ksef.fetch"]._cron_fetch()
        env["l10n_pl_ksef.bill"]._cron_make_bills()
    return {
        "first": first,
        "connection": connection.state,
        "told": connection.status_message,
        "states": {kind: m.l10n_pl_ksef_state for kind, m in moves.items()},
        "numbers": {kind: m.l10n_pl_ksef_number for kind, m in moves.items()},
        "shown": {kind: m.l10n_pl_edi_status for kind, m in moves.items()},
        "messages": {kind: m.l10n_pl_ksef_message for kind, m in moves.items()},
        "locked": {kind: bool(m._l10n_pl_ksef_locked()) for kind, m in moves.items()},
        "qr": {kind: m._l10n_pl_ksef_qr_link() for kind, m in moves.items()},
        "upo": {
            kind: bool(m._l10n_pl_ksef_accepted_document().upo_file)
            for kind, m in moves.items()
        },
        "attempts": {
            kind: len(m.l10n_pl_ksef_document_ids) for kind, m in moves.items()
        },
        "bills": env["l10n_pl_ksef.bill"].search_read(
            [("role", "=", "Subject2")], ["ksef_number", "state", "move_id"]
        ),
        "bill_count": env["account.move"].search_count(
            [("move_type", "=", "in_invoice"), ("company_id", "=", company.id)]
        ),
        "found": _found(env, secrets),
        "left_files": [path for path in key_files if Path(path).exists()],
        "clear_certificates": env["certificate.certificate"].search_count([])
        + env["certificate.key"].search_count([]),
        "crons": env.ref(
            "l10n_pl_edi.cron_auto_checks_the_polish_invoice_status"
        ).active,
    }


def _found(env, secrets):
    """Return the columns of the whole database in which a secret can be read."""
    env.cr.execute(
        "SELECT table_name, column_name FROM information_schema.columns "
        "WHERE table_schema = 'public' "
        "AND data_type IN ('text', 'character varying', 'bytea', 'jsonb')"
    )
    found = []
    for table, column in env.cr.fetchall():
        for secret in secrets:
            env.cr.execute(
                f'SELECT count(*) FROM "{table}" '
                f'WHERE strpos("{column}"::text, %s) > 0',
                [secret[-60:]],
            )
            if env.cr.fetchone()[0]:
                found.append(f"{table}.{column}")
    return found


def _base64(text):
    return base64.b64encode(text.encode())


def main(conf, database, step):
    """Do one step in a transaction of its own."""
    config.parse_config(["-c", conf, "-d", database, "--max-cron-threads=0"])
    load_server_wide_modules()
    with Registry(database).cursor() as cr:
        # ``l10n_pl_edi`` asks the person's clock whether a day has come.
        env = api.Environment(cr, SUPERUSER_ID, {"tz": WARSAW.key})
        told = {"make": make, "look": look}[step](env, **json.load(sys.stdin))
        cr.commit()
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
