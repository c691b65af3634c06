"""HTTP as it goes wrong: what is raised, what is never followed, what is never told."""

import gzip
import logging
import socket
import threading
import time
from decimal import Decimal

import pytest
from http_server import cut

from ksef_api import environment, errors
from ksef_api.client import KsefClient
from ksef_api.transport import Transport

CHALLENGE = {
    "challenge": "20260101-CR-20F5EE4000-DA48AE4124-46",
    "timestamp": "2026-01-01T10:00:00.1234567+00:00",
    "timestampMs": 1767261600123,
    "clientIp": "127.0.0.1",
    "somethingNewInContract29": {"a": [1]},
}
OLD_SHAPE = {
    "exception": {
        "exceptionDetailList": [
            {"exceptionCode": 21405, "exceptionDescription": "Błąd", "details": ["x"]},
            {"exceptionCode": 21180, "exceptionDescription": "Status", "details": None},
        ],
        "referenceNumber": "20260101-EE-1",
    }
}
PROBLEM = {
    "title": "Bad Request",
    "status": 400,
    "detail": "Żądanie jest nieprawidłowe.",
    "errors": [{"code": 21405, "description": "Błąd", "details": ["x"]}],
    "traceId": "abc",
}


def raised(kind, call, *args):
    with pytest.raises(kind) as caught:
        call(*args)
    return caught.value


# What goes out


def test_properties_that_a_newer_contract_adds_are_ignored(server, client):
    server.will_answer(data=CHALLENGE)
    challenge = client.challenge()
    assert challenge.challenge == CHALLENGE["challenge"]
    assert challenge.timestamp.isoformat() == "2026-01-01T10:00:00.123456+00:00"


def test_calls_ask_for_problem_details_and_carry_the_token(server, client):
    server.will_answer(data={})
    client.rate_limits()
    _method, path, headers, _body = server.requests[0]
    assert path == "/v2/rate-limits"
    assert headers["X-Error-Format"] == "problem-details"
    assert headers["Authorization"] == "Bearer very-secret"


def test_public_calls_carry_no_token(server, client):
    server.will_answer(data=CHALLENGE)
    client.challenge()
    assert "Authorization" not in server.requests[0][2]


def test_netrc_does_not_replace_the_token(server, client, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    server.will_answer(data=CHALLENGE)
    server.will_answer(data={})
    client.challenge()
    client.rate_limits()
    sent = [headers.get("Authorization") for _m, _p, headers, _b in server.requests]
    assert sent == [None, "Bearer very-secret"]


def test_a_path_cannot_be_changed_by_a_reference(server, client):
    with pytest.raises(ValueError):
        client.session_status("../../tokens")
    assert server.requests == []


def test_server_certificates_are_always_verified():
    with pytest.raises(ValueError):
        Transport(environment.TEST, verify=False)


# Errors by status


@pytest.mark.parametrize("kind", ["application/json", "application/problem+json"])
def test_both_shapes_of_a_refusal_are_read(server, client, kind):
    server.will_answer(400, OLD_SHAPE if kind == "application/json" else PROBLEM)
    error = raised(errors.InvalidRequest, client.challenge)
    assert error.has(21405) and error.code == 21405 and error.http_status == 400
    assert error.details[:2] == ["Błąd", "x"]
    assert error.reference in ("20260101-EE-1", "abc")


def test_all_codes_of_a_refusal_are_kept(server, client):
    server.will_answer(400, OLD_SHAPE)
    assert raised(errors.InvalidRequest, client.challenge).codes == [21405, 21180]


def test_403_says_why(server, client):
    security = {"requiredAnyOfPermissions": ["InvoiceWrite"]}
    server.will_answer(
        403, {"reasonCode": "missing-permissions", "detail": "d", "security": security}
    )
    error = raised(errors.Forbidden, client.rate_limits)
    assert (error.reason_code, error.security) == ("missing-permissions", security)


@pytest.mark.parametrize(
    "status, kind",
    [
        (401, errors.Unauthorized),
        (404, errors.NotFound),
        (410, errors.Gone),
        (500, errors.ServerError),
        (503, errors.ServerError),
        (418, errors.BadAnswer),
    ],
)
@pytest.mark.parametrize("body", [b"", b"<html>", b"[" * 50_000, b'{"status": 7}'])
def test_a_status_has_its_error_whatever_the_body(server, client, status, kind, body):
    server.will_answer(status, body=body)
    assert raised(kind, client.rate_limits).http_status == status


@pytest.mark.parametrize(
    "body",
    [
        {"status": {"code": 429, "description": "Za dużo", "details": ["limit"]}},
        {"title": "Too Many Requests", "status": 429, "detail": "Za dużo"},
    ],
)
@pytest.mark.parametrize(
    "header, seconds", [("37", 37), (None, 60), ("soon", 60), ("9" * 30, 86_400)]
)
def test_429_says_how_long_to_wait(server, client, body, header, seconds):
    server.will_answer(429, body, headers={"Retry-After": header} if header else {})
    error = raised(errors.RateLimited, client.rate_limits)
    assert error.retry_after == seconds
    assert error.details[0] == "Za dużo"


# Answers that are no answers


def test_a_refused_connection_was_surely_not_sent():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with KsefClient(environment.custom(f"http://127.0.0.1:{port}/v2")) as client:
        assert raised(errors.NoAnswer, client.challenge).sent is False


def test_a_host_that_does_not_exist_was_surely_not_sent():
    env = environment.custom("https://no-such-host.invalid/v2")
    with KsefClient(env) as client:
        assert raised(errors.NoAnswer, client.challenge).sent is False


def test_a_failed_tls_handshake_was_surely_not_sent(server):
    env = environment.custom(server.url.replace("http:", "https:"))
    with KsefClient(env) as client:
        assert raised(errors.NoAnswer, client.challenge).sent is False


def test_a_line_cut_after_the_request_may_have_been_sent(server, client):
    server.will_do(cut)
    assert raised(errors.NoAnswer, client.challenge).sent is True


def test_silence_ends_in_a_timeout(server):
    end = threading.Event()
    server.will_do(lambda handler: end.wait())
    env = environment.custom(server.url)
    with KsefClient(env, timeout=(60, 0.3)) as client:
        assert raised(errors.NoAnswer, client.challenge).sent is True
    end.set()


def test_half_an_answer_is_no_answer(server, client):
    server.will_answer(
        body=b'{"challenge":', headers={"Content-Length": "99"}, kind="application/json"
    )
    assert raised(errors.NoAnswer, client.challenge).sent is True


def test_an_answer_in_drops_ends_too(server):
    def drip(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(1 << 20))
        handler.end_headers()
        while True:
            handler.wfile.write(b" " * 16_384)
            time.sleep(0.1)

    server.will_do(drip)
    env = environment.custom(server.url)
    with KsefClient(env, timeout=(60, 60), total=0.3) as client:
        assert raised(errors.NoAnswer, client.challenge).details == ["too slow"]


def test_redirects_are_not_followed(server, client):
    server.will_answer(307, headers={"Location": server.url + "/elsewhere"})
    assert raised(errors.BadAnswer, client.challenge).reason == "redirect"
    assert len(server.requests) == 1


@pytest.mark.parametrize("compressed", [False, True])
def test_an_answer_beyond_the_limit_is_dropped(server, client, compressed):
    body = b" " * 21_000_000
    headers = {"Content-Encoding": "gzip"} if compressed else {}
    body = gzip.compress(body) if compressed else body
    server.will_answer(body=body, headers=headers, kind="application/json")
    assert raised(errors.BadAnswer, client.challenge).reason == "too_large"


@pytest.mark.parametrize(
    "body, kind, reason",
    [
        (b"<html>Login to the hotel</html>", "text/html", "content_type"),
        (b"not json", "application/json", "not_json"),
        (b"[" * 100_000, "application/json", "not_json"),
        (b"[]", "application/json", "field"),
        (b'{"challenge": 1}', "application/json", "field"),
        (b'{"challenge": null}', "application/json", "field"),
    ],
)
def test_nonsense_is_a_bad_answer(server, client, body, kind, reason):
    server.will_answer(body=body, kind=kind)
    assert raised(errors.BadAnswer, client.challenge).reason == reason


def test_amounts_are_decimals(server, client):
    server.will_answer(body=b'{"a": 0.1}', kind="application/json")
    assert client.rate_limits() == {"a": Decimal("0.1")}


# Pages


def test_lists_follow_the_continuation_token(server, client):
    session = {
        "referenceNumber": "r1",
        "startDate": "2026-01-01T10:00:00+00:00",
        "status": {"code": 200, "description": ""},
        "authenticationMethodInfo": {"code": "token.ksef", "category": "Token"},
    }
    server.will_answer(data={"items": [session], "continuationToken": "next"})
    server.will_answer(data={"items": [session | {"referenceNumber": "r2"}]})
    found = client.auth_sessions()
    assert [(item.reference, item.method) for item in found] == [
        ("r1", "token.ksef"),
        ("r2", "token.ksef"),
    ]
    assert server.requests[1][2]["x-continuation-token"] == "next"


def test_a_list_that_goes_in_a_circle_ends(server, client):
    for _page in range(3):
        server.will_answer(data={"items": [], "continuationToken": "same"})
    assert raised(errors.BadAnswer, client.auth_sessions).reason == "endless"


# Documents and pre-signed addresses


def test_a_document_must_match_its_hash(server, client):
    server.will_answer(
        body=b"<a/>", headers={"x-ms-meta-hash": "A" * 43 + "="}, kind="application/xml"
    )
    number = "5265877635-20250826-0100001AF629-AF"
    assert raised(errors.BadAnswer, client.download_invoice, number).reason == "hash"


def test_a_pre_signed_address_gets_no_token(server, client):
    server.will_answer(body=b"<upo/>", kind="application/xml")
    assert client.upo_from_url(server.url + "/storage/1?sig=s").content == b"<upo/>"
    assert "Authorization" not in server.requests[0][2]


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/upo",
        "https://ksef.mf.gov.pl.example.com/upo",
        "http://169.254.169.254/latest/meta-data",
        "http://user@127.0.0.1/upo",
        "file:///etc/passwd",
        "//example.com/upo",
    ],
)
def test_a_pre_signed_address_elsewhere_is_refused(client, url):
    assert raised(errors.BadAnswer, client.upo_from_url, url).reason == "foreign_url"


# Secrets


def test_no_secret_is_in_errors_logs_or_reprs(server, client, caplog):
    caplog.set_level(logging.DEBUG)
    server.will_answer(data={})
    server.will_answer(401, {"detail": "no"})
    server.will_answer(body=b"<upo/>", kind="application/xml")
    server.will_do(cut)
    client.rate_limits()
    first = raised(errors.Unauthorized, client.rate_limits)
    url = server.url + "/x?se=1&sig=very-secret"
    client.upo_from_url(url)
    second = raised(errors.NoAnswer, client.upo_from_url, url)
    told = caplog.text + repr([first, second, client, client.transport]) + str(second)
    assert "rate-limits" in caplog.text  # the log was really looked at
    assert "very-secret" not in told
    assert second.__cause__ is None and second.__suppress_context__


def test_cookies_are_not_kept(server, client):
    """A transport serves several companies: nothing of one may go with another."""
    server.will_answer(data=CHALLENGE, headers={"Set-Cookie": "who=first; Path=/"})
    server.will_answer(data=CHALLENGE)
    client.challenge()
    client.challenge()
    assert "Cookie" not in server.requests[1][2]


def test_one_connection_serves_many_calls(server, client):
    for _call in range(3):
        server.will_answer(data=CHALLENGE)
        client.challenge()
    assert (len(server.requests), len(server.connections)) == (3, 1)


@pytest.mark.parametrize(
    "error, expected",
    [
        (errors.NoAnswer(sent=True), False),
        (errors.NoAnswer(sent=False), True),
        (errors.ServerError(http_status=503), False),
        (errors.BadAnswer("not_json"), False),
        (errors.InvalidRequest(codes=[21405]), True),
        (errors.RateLimited(retry_after=1), True),
    ],
)
def test_what_was_surely_not_carried_out_is_told(error, expected):
    assert errors.was_not_carried_out(error) is expected
