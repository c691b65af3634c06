"""From Odoo's own KSeF module to ours: a database that `l10n_pl_edi` has worked in,
with the local KSeF, and then this add-on installed in it.
"""

import base64
import json
import os
import subprocess
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from sandbox_process import Sandbox

from ksef_api import fa3
from tools import database, paths, setup
from tools.command import environment

WORKER = Path(__file__).with_name("worker.py")
NIP, CUSTOMER, SUPPLIER = "5265877635", "1111111111", "9999999999"
ACCEPTED = ("accepted", "sent", "forgotten_session", "forgotten_session_no_file")
REFUSED = ("sent_and_refused", "rejected", "never_arrived")


def work(name, step, **words):
    """Let Odoo do one step; returns what it tells."""
    log = paths.LOG / f"takeover-{os.getpid()}-{step}.log"
    with log.open("w") as errors:
        done = subprocess.run(
            [str(word) for word in (paths.PYTHON, WORKER, paths.ODOO_CONF, name, step)],
            input=json.dumps(words),
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    assert done.returncode == 0, log.read_text()[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def purchase():
    """What a supplier issued to the company, as another program writes it."""
    address = fa3.Address(country="PL", line1="ul. Długa 1", line2="80-001 Gdańsk")
    line = fa3.Line(
        number=1,
        name="Papier",
        unit="szt.",
        quantity=Decimal(1),
        unit_price_net=Decimal(200),
        net=Decimal(200),
        rate=fa3.Rate.VAT_23,
    )
    body = fa3.Body(
        currency="PLN",
        issue_date=date(2026, 11, 2),
        number="FV/1",
        net_23=Decimal(200),
        vat_23=Decimal(46),
        total=Decimal(246),
        annotations=fa3.Annotations(),
        kind=fa3.InvoiceKind.SALE,
        lines=[line],
    )
    seller = fa3.SellerIdentification(nip=SUPPLIER, name="Dostawca")
    buyer = fa3.Identification(nip=NIP, name="Dawna sp. z o.o.")
    return fa3.write(
        fa3.Invoice(
            header=fa3.Header(created_at=datetime.now(UTC), system="X"),
            seller=fa3.Seller(identification=seller, address=address),
            buyer=fa3.Buyer(identification=buyer, address=address),
            body=body,
        )
    )


def unlocked(given):
    """The key of a certificate without its password, as `l10n_pl_edi` wants it."""
    key = serialization.load_pem_private_key(
        given["key_pem"].encode(), given["password"].encode()
    )
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


@pytest.fixture(scope="module")
def story():
    """What was before, and what is after, each told by Odoo."""
    sandbox = Sandbox()
    try:
        sandbox.reset()
        sandbox.knobs(polls_before_ready=0)
        given = sandbox.certificate(NIP)
        number = sandbox.issue(purchase())
        setup.ensure()
        with database.scratch(database.bare_template()) as name:
            before = work(
                name,
                "make",
                api_url=sandbox.api_url,
                control_url=sandbox.control_url,
                nip=NIP,
                customer=CUSTOMER,
                certificate=given["certificate_pem"],
                key=unlocked(given),
                bill_number=number,
            )
            database.install(name, "takeover-install")
            names = ("company", "ids", "bill", "secrets", "key_files")
            after = work(name, "look", **{name: before[name] for name in names})
        ledger = sandbox.ledger(NIP)
    finally:
        sandbox.stop()
    return {"before": before, "after": after, "bill_number": number, "ledger": ledger}


@pytest.fixture
def before(story):
    return story["before"]


@pytest.fixture
def after(story):
    return story["after"]


def test_l10n_pl_edi_has_left_an_invoice_in_each_of_its_states(before):
    assert set(before["statuses"].values()) == {"accepted", "sent", "rejected", False}
    assert all(before["secrets"]) and before["key_files"]


def test_nothing_is_lost_between_installation_and_connection(after):
    states = after["first"]["states"]
    assert after["first"]["connection"] == ["test", NIP, "ordered"]
    assert states == {
        "accepted": "accepted",
        "rejected": "rejected",
        "unsent": False,
        **dict.fromkeys(
            (
                "sent",
                "sent_and_refused",
                "forgotten_session",
                "forgotten_session_no_file",
                "never_arrived",
            ),
            "sent",
        ),
    }


def test_the_certificate_logs_in_from_the_vault(after):
    assert after["connection"] == "connected", after["told"]


@pytest.mark.parametrize("kind", ACCEPTED)
def test_what_ksef_holds_is_accepted_under_its_number(story, after, kind):
    assert after["states"][kind] == "accepted", after["messages"][kind]
    numbers = {row["ksef_number"] for row in story["ledger"]}
    assert after["numbers"][kind] in numbers
    assert after["shown"][kind] == "accepted" and after["locked"][kind]


def test_the_first_upo_stays_until_there_is_a_signed_one(after):
    assert after["first"]["upo_shown"]


def test_an_accepted_invoice_keeps_its_number(before, after):
    assert before["numbers"]["accepted"] == after["numbers"]["accepted"]


@pytest.mark.parametrize("kind", ["accepted", "sent"])
def test_what_was_sent_before_gets_its_upo_as_ksef_signed_it(after, kind):
    assert after["upo"][kind]


@pytest.mark.parametrize("kind", ACCEPTED)
def test_what_was_sent_before_gets_its_qr_code(after, kind):
    assert after["qr"][kind]


@pytest.mark.parametrize("kind", REFUSED)
def test_what_ksef_does_not_hold_is_rejected_with_a_reason(after, kind):
    assert after["states"][kind] == "rejected"
    assert after["messages"][kind] and not after["locked"][kind]


def test_nothing_is_sent_again_by_itself(story, after):
    assert set(after["attempts"].values()) == {0, 1}
    assert after["attempts"]["unsent"] == 0 and not after["states"]["unsent"]
    sold = [row for row in story["ledger"] if row["seller_nip"] == NIP]
    # Five that l10n_pl_edi sent, and two of another program under their numbers.
    assert len(sold) == len({row["ksef_number"] for row in sold}) == 6


def test_a_bill_that_bears_its_number_is_linked_and_not_booked_again(story, after):
    (row,) = after["bills"]
    assert row["ksef_number"] == story["bill_number"]
    assert row["state"] == "imported" and row["move_id"][0] == story["before"]["bill"]
    assert after["bill_count"] == 1


def test_no_secret_can_be_read_in_the_database_any_more(after):
    assert after["found"] == [] and after["clear_certificates"] == 0


def test_the_files_of_the_keys_are_gone(after):
    assert after["left_files"] == []


def test_the_crons_of_l10n_pl_edi_rest(after):
    assert after["crons"] is False


def test_the_database_was_searched_for_the_secrets(before):
    assert all(len(secret) > 30 for secret in before["secrets"])
    assert base64.b64decode(before["secrets"][2])
