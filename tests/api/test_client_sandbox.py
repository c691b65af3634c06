"""The client against the local KSeF (`sandbox/`), which knows nothing of the client."""

import base64
import uuid
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from invoice_xml import invoice
from local_ksef import OTHER, SELLER, finish, until

from ksef_api import crypto, errors, upo, xades
from ksef_api.client import (
    BUYER,
    FA3,
    PERMANENT_STORAGE,
    USAGE_SYMMETRIC,
    USAGE_TOKEN,
    InvoiceQuery,
    KsefClient,
    choose_key,
)
from ksef_api.ksef_number import is_valid, reference_is_valid

ROOT = Path(__file__).parents[2]
SENDING = {"method": "POST", "path": "/sessions/online/.*/invoices$"}


@pytest.fixture
def client(sandbox):
    with sandbox.client() as made:
        yield made


@pytest.fixture
def session(client):
    """An open interactive session: (reference, key)."""
    key = crypto.new_session_key()
    public = choose_key(client.public_keys(), USAGE_SYMMETRIC)
    opened = client.open_session(FA3, crypto.wrap_key(key, public))
    return opened.reference, key


def final(client, session_ref, invoice_ref):
    """The final status of an invoice."""
    return until(
        lambda: client.invoice_status(session_ref, invoice_ref),
        lambda invoice: invoice.status.code >= 200,
    )


def new_number():
    return f"FV/{uuid.uuid4().hex[:8]}"


# Logging in


@pytest.mark.parametrize("key", ["rsa", "ec"])
def test_a_certificate_logs_in(sandbox, key):
    with KsefClient(sandbox.environment) as client:
        pair = sandbox.login(client, sandbox.certificate(key=key))
        assert pair.access.valid_until < pair.refresh.valid_until
        fresh = client.refresh(pair.refresh.value)
        (session,) = client.auth_sessions(fresh.value)
    assert session.is_current and reference_is_valid(session.reference)


def test_a_ksef_token_logs_in(sandbox):
    made = sandbox.order(
        "/tokens", nip=SELLER, permissions=["InvoiceRead", "InvoiceWrite"]
    )
    with KsefClient(sandbox.environment) as client:
        key = choose_key(client.public_keys(), USAGE_TOKEN)
        operation = client.authenticate_token(
            client.challenge(), SELLER, made["token"], key
        )
        assert finish(client, operation).access.value


def test_a_challenge_serves_once(sandbox):
    signer = sandbox.certificate()
    with KsefClient(sandbox.environment) as client:
        request = xades.auth_token_request(client.challenge().challenge, SELLER)
        signed = xades.sign(request, signer)
        client.authenticate_xades(signed)
        with pytest.raises(errors.InvalidRequest) as caught:
            client.authenticate_xades(signed)
    assert caught.value.has(21111)


def test_tokens_are_given_once(sandbox):
    with KsefClient(sandbox.environment) as client:
        request = xades.auth_token_request(client.challenge().challenge, SELLER)
        signed = xades.sign(request, sandbox.certificate())
        operation = client.authenticate_xades(signed)
        finish(client, operation)
        with pytest.raises(errors.InvalidRequest) as caught:
            client.redeem(operation.token.value)
    assert caught.value.has(21301)


def test_a_stranger_has_no_permission(sandbox):
    stranger = sandbox.certificate(OTHER)
    with KsefClient(sandbox.environment) as client:
        request = xades.auth_token_request(client.challenge().challenge, SELLER)
        operation = client.authenticate_xades(xades.sign(request, stranger))
        status = until(
            lambda: client.auth_status(operation.reference, operation.token.value),
            lambda status: status.code >= 200,
        )
    assert status.code == 415


def test_after_revoking_the_refresh_token_is_dead(sandbox):
    with KsefClient(sandbox.environment) as client:
        pair = sandbox.login(client, sandbox.certificate())
        client.revoke_current(pair.access.value)
        with pytest.raises((errors.Unauthorized, errors.InvalidRequest)):
            client.refresh(pair.refresh.value)


def test_a_wrong_token_is_unauthorized(sandbox):
    with KsefClient(sandbox.environment, access_token="a.b.c") as client:
        with pytest.raises(errors.Unauthorized):
            client.rate_limits()


# Sending


def test_an_invoice_gets_its_number_and_its_upo(client, session):
    reference, key = session
    number = new_number()
    xml = invoice(number, SELLER, OTHER)
    sent = client.send_invoice(reference, xml, key)
    status = final(client, reference, sent)
    assert (status.status.code, status.invoice_number) == (200, number)
    assert is_valid(status.ksef_number) and status.mode == "Online"
    assert status.invoice_hash == crypto.sha256_b64(xml)

    receipt = client.invoice_upo(reference, sent)
    (document,) = upo.read_upo(receipt.content).documents
    assert document.ksef_number == status.ksef_number
    assert document.hash == crypto.sha256_b64(xml)
    by_number = client.upo_by_number(reference, status.ksef_number)
    assert upo.read_upo(by_number.content).documents == [document]
    if status.upo_url:
        assert client.upo_from_url(status.upo_url).content == receipt.content


def test_a_closed_session_has_a_collective_upo(client, session):
    reference, key = session
    sent = [
        client.send_invoice(reference, invoice(new_number(), SELLER, OTHER), key)
        for _invoice in range(3)
    ]
    client.close_session(reference)
    status = until(
        lambda: client.session_status(reference),
        lambda status: status.status.code >= 200 and status.upo_pages,
    )
    assert (status.invoice_count, status.successful, status.failed) == (3, 3, 0)
    page = client.session_upo(reference, status.upo_pages[0].reference)
    listed = list(client.session_invoices(reference, page_size=10))
    assert sorted(item.reference for item in listed) == sorted(sent)
    assert {item.ksef_number for item in listed} == {
        document.ksef_number for document in upo.read_upo(page.content).documents
    }
    assert reference in [item.reference for item in client.sessions("Online")]


def test_a_duplicate_names_its_original(client, session):
    reference, key = session
    xml = invoice(new_number(), SELLER, OTHER)
    first = final(client, reference, client.send_invoice(reference, xml, key))
    second = final(client, reference, client.send_invoice(reference, xml, key))
    assert second.status.code == 440
    assert second.status.extensions["originalKsefNumber"] == first.ksef_number


def test_an_invoice_of_another_seller_is_refused(client, session):
    reference, key = session
    sent = client.send_invoice(reference, invoice(new_number(), OTHER, SELLER), key)
    assert final(client, reference, sent).status.code == 410


def test_another_key_than_the_sessions_is_refused(client, session):
    reference, _key = session
    xml = invoice(new_number(), SELLER, OTHER)
    sent = client.send_invoice(reference, xml, crypto.new_session_key())
    assert final(client, reference, sent).status.code in (430, 435)


def test_a_closed_session_takes_nothing(client, session):
    reference, key = session
    client.send_invoice(reference, invoice(new_number(), SELLER, OTHER), key)
    client.close_session(reference)
    with pytest.raises(errors.InvalidRequest) as caught:
        client.send_invoice(reference, invoice(new_number(), SELLER, OTHER), key)
    assert caught.value.has(21180)


def test_a_lost_answer_can_be_found_again_by_hash(sandbox, client, session):
    """The answer is dropped after KSeF took the invoice: ask, do not send again."""
    reference, key = session
    sandbox.order("/faults", **SENDING, action="drop_after")
    xml = invoice(new_number(), SELLER, OTHER)
    with pytest.raises(errors.NoAnswer) as caught:
        client.send_invoice(reference, xml, key)
    assert caught.value.sent
    (found,) = client.session_invoices(reference)
    assert found.invoice_hash == crypto.sha256_b64(xml)


@pytest.mark.parametrize(
    "order, kind",
    [
        ({"action": "status", "status": 503}, errors.ServerError),
        ({"action": "rate_limit", "retry_after": 7}, errors.RateLimited),
        ({"action": "drop_before"}, errors.NoAnswer),
        ({"action": "malformed"}, errors.BadAnswer),
    ],
)
def test_faults_have_their_errors(sandbox, client, session, order, kind):
    reference, key = session
    sandbox.order("/faults", **SENDING, **order)
    with pytest.raises(kind) as caught:
        client.send_invoice(reference, invoice(new_number(), SELLER, OTHER), key)
    assert getattr(caught.value, "retry_after", 7) in (7, None)


# Receiving


def query(**options):
    start = datetime.now(timezone.utc) - timedelta(days=1)
    return InvoiceQuery(BUYER, PERMANENT_STORAGE, start, **options)


def test_a_received_invoice_is_found_and_downloaded(sandbox, client):
    xml = invoice(new_number(), OTHER, SELLER)
    issued = sandbox.order("/invoices", xml_b64=base64.b64encode(xml).decode())
    page = until(
        lambda: client.query_invoices(query(restrict_to_hwm=True)),
        lambda page: page.invoices,
    )
    (found,) = page.invoices
    assert found.ksef_number == issued["ksef_number"]
    assert (found.seller_nip, found.gross) == (OTHER, Decimal(123))
    assert page.hwm and not page.has_more
    downloaded = client.download_invoice(found.ksef_number)
    assert downloaded.content == xml and found.invoice_hash == downloaded.hash


def test_an_unknown_number_is_refused_with_its_code(client):
    with pytest.raises(errors.InvalidRequest) as caught:
        client.download_invoice("5265877635-20250826-0100001AF629-AF")
    assert caught.value.has(21164)


# Tokens and limits


def test_a_ksef_token_is_made_listed_and_revoked(client):
    made = client.create_ksef_token(["InvoiceRead"], "for the tests")
    state = until(
        lambda: client.ksef_token(made.reference),
        lambda token: token.status != "Pending",
    )
    assert (state.status, state.permissions) == ("Active", ["InvoiceRead"])
    assert made.reference in [token.reference for token in client.ksef_tokens()]
    client.revoke_ksef_token(made.reference)
    until(
        lambda: client.ksef_token(made.reference),
        lambda token: token.status in ("Revoking", "Revoked"),
    )


def test_limits_are_told(sandbox, client):
    assert client.rate_limits()["invoiceSend"]["perHour"] == -1
    sandbox.order("/knobs", rate_limits="production")
    assert client.rate_limits()["invoiceSend"]["perHour"] == 180
    assert client.context_limits()["onlineSession"]["maxInvoices"] > 0
