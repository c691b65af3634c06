"""Errors, limits, faults, persistence: what is the same for every address."""

import socket
import sqlite3
import ssl
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from ksef_caller import NIP, OTHER, ROOT, Process, code, invoice, sha, until


def test_errors_come_in_the_old_shape_or_as_problem_details(caller):
    path = "/sessions/20260101-SO-20F5EE4000-DA48AE4124-46"
    old = caller.get(path)
    assert old.json()["exception"]["exceptionDetailList"][0]["exceptionCode"] == 21173
    new = caller.get(path, problem=True)
    assert new.headers["Content-Type"].startswith("application/problem+json")
    assert new.json()["errors"][0]["code"] == 21173
    assert new.json()["status"] == new.status_code == 400


def test_everything_wrong_is_told_at_once(caller):
    answer = caller.post("/tokens", {"description": "x", "permissions": []})
    (error,) = answer.json()["exception"]["exceptionDetailList"]
    assert [detail.split(":")[0] for detail in error["details"]] == [
        "description",
        "permissions",
    ]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"null"])
def test_what_is_no_json_object_is_unreadable(caller, body):
    answer = caller.call(
        "POST", "/tokens", data=body, headers={"Content-Type": "application/json"}
    )
    assert code(answer) == 21001


def test_unknown_addresses_are_not_found(caller):
    assert caller.get("/nothing/here").status_code == 404
    assert caller.post("/rate-limits").status_code == 405


def test_connections_stay_open(caller):
    """Several requests on one socket, with bodies and without."""
    host, port = caller.url.removeprefix("http://").split("/")[0].split(":")
    with socket.create_connection((host, int(port)), timeout=300) as connection:
        for _time in range(3):
            connection.sendall(
                b"POST /v2/auth/challenge HTTP/1.1\r\nHost: x\r\n"
                b"Content-Length: 2\r\n\r\n{}"
            )
            assert connection.recv(65536).startswith(b"HTTP/1.1 200")


def test_a_body_may_come_in_chunks(caller):
    body = (chunk for chunk in (b'{"description": "x",', b' "permissions": []}'))
    assert code(caller.call("POST", "/tokens", data=body)) == 21405


def test_a_caller_may_wait_before_it_sends_a_body(caller):
    host, port = caller.url.removeprefix("http://").split("/")[0].split(":")
    with socket.create_connection((host, int(port)), timeout=300) as connection:
        connection.sendall(
            b"POST /v2/auth/challenge HTTP/1.1\r\nHost: x\r\n"
            b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"
        )
        assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"{}")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")


def test_https_under_a_host_name(fresh):
    """Strict clients refuse plain HTTP and loopback addresses."""
    url = fresh.ready["tls_url"]
    host, port = url.removeprefix("https://").split("/")[0].split(":")
    context = ssl.create_default_context(cafile=fresh.ready["ca_file"])
    with socket.create_connection(("127.0.0.1", int(port)), timeout=300) as plain:
        with context.wrap_socket(plain, server_hostname=host) as secure:
            secure.sendall(
                b"POST /v2/auth/challenge HTTP/1.1\r\nHost: %s\r\n"
                b"Content-Length: 0\r\n\r\n" % host.encode()
            )
            assert b" 200 " in secure.recv(100)


# Limits


def test_more_calls_than_the_limit_are_refused(fresh, caller):
    fresh.knobs(rate_limits="production")
    answers = [caller.get("/limits/context") for _call in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    last = answers[-1]
    assert int(last.headers["Retry-After"]) >= 1
    assert last.json()["status"]["code"] == 429
    problem = caller.get("/limits/context", problem=True)
    assert problem.json()["title"] == "Too Many Requests"


def test_windows_slide_and_all_count(fresh, caller):
    fresh.knobs(rate_limits="production")

    def allowed(offset):
        fresh.control("POST", "/clock", {"offset": offset})
        answers = [caller.get("/limits/subject").status_code for _call in range(11)]
        return answers.count(200)

    # 10 a second, 30 a minute
    assert [allowed(offset) for offset in (0, 20, 40, 45)] == [10, 10, 10, 0]


def test_who_asks_again_too_early_waits_longer(fresh, caller):
    fresh.knobs(rate_limits="production")
    for _call in range(10):
        caller.get("/limits/context")
    waits = [int(caller.get("/limits/context").headers["Retry-After"]) for _ in "1234"]
    assert waits == sorted(waits) and waits[-1] > waits[0]
    fresh.control("POST", "/clock", {"offset": waits[-1]})
    assert caller.get("/limits/context").status_code == 200


def test_groups_contexts_and_addresses_are_counted_apart(fresh, caller):
    fresh.knobs(rate_limits="production")
    while caller.get("/limits/context").status_code == 200:
        pass
    assert caller.get("/limits/subject").status_code == 200
    other = fresh.logged_in(OTHER)
    assert other.get("/limits/context").status_code == 200
    elsewhere = requests.Session()
    elsewhere.mount("http://", FromAddress("127.0.0.9"))
    caller.http = elsewhere
    assert caller.get("/limits/context").status_code == 200


class FromAddress(requests.adapters.HTTPAdapter):
    """Connects from another address of this machine."""

    def __init__(self, address):
        self.address = address
        super().__init__()

    def init_poolmanager(self, *args, **options):
        options["source_address"] = (self.address, 0)
        super().init_poolmanager(*args, **options)


def test_sending_is_limited_to_30_a_minute(fresh, caller):
    session = caller.open()
    fresh.knobs(rate_limits="production")
    answers = []
    for offset in range(0, 8, 2):
        fresh.control("POST", "/clock", {"offset": offset})
        answers += [session.post(b"<x/>").status_code for _call in range(10)]
    assert (answers.count(202), answers.count(429)) == (30, 10)


def test_test_data_sets_other_limits(fresh, caller):
    fresh.knobs(rate_limits="production")
    told = caller.get("/rate-limits").json()
    assert told["invoiceSend"] == {"perSecond": 10, "perMinute": 30, "perHour": 180}
    low = {group: {**values, "perSecond": 2} for group, values in told.items()}
    answer = caller.post("/testdata/rate-limits", {"rateLimits": low})
    assert answer.status_code == 200
    seen = [caller.get("/limits/context").status_code for _call in range(3)]
    assert seen == [200, 200, 429]
    assert caller.call("DELETE", "/testdata/rate-limits").status_code == 200
    assert caller.get("/rate-limits").json() == told


# Faults


def send(fresh, **order):
    fresh.control(
        "POST",
        "/faults",
        {"method": "POST", "path": "/sessions/online/.*/invoices$", **order},
    )


def test_an_answer_can_be_lost_after_it_was_accepted(fresh, caller):
    session = caller.open()
    send(fresh, action="drop_after")
    with pytest.raises(requests.ConnectionError):
        session.post(invoice("FV/1"))
    path = f"/sessions/{session.reference}/invoices"
    (found,) = caller.get(path).json()["invoices"]
    assert found["invoiceHash"] == sha(invoice("FV/1"))
    assert len(fresh.ledger()) == 1


@pytest.mark.parametrize(("action", "kept"), [("hold_before", 0), ("hold_after", 1)])
def test_the_line_can_be_held_long_enough_to_kill_the_caller(
    fresh, caller, action, kept
):
    session = caller.open()
    send(fresh, action=action, seconds=3600)
    with ThreadPoolExecutor() as pool:
        call = pool.submit(session.post, invoice("FV/1"))
        until(lambda: held(fresh), bool)
        assert not call.done()
        fresh.control("DELETE", "/faults")
        with pytest.raises(requests.ConnectionError):
            call.result()
    assert len(fresh.ledger()) == kept


def held(fresh):
    """The port of the caller whose call is held."""
    return fresh.control("GET", "/faults")["faults"][0]["held"]


def test_a_call_is_held_no_longer_than_its_caller_lives(fresh, caller):
    send(fresh, path="/auth/challenge", action="hold_before", seconds=3600)
    host, port = caller.url.removeprefix("http://").split("/")[0].split(":")
    with socket.create_connection((host, int(port)), timeout=300) as connection:
        connection.sendall(
            b"POST /v2/auth/challenge HTTP/1.1\r\nHost: x\r\n"
            b"Content-Length: 2\r\n\r\n{}"
        )
        mine = connection.getsockname()[1]
        until(lambda: held(fresh), lambda found: found == mine)
    until(lambda: held(fresh), lambda found: found is None)


def test_a_call_can_be_lost_before_anything_happened(fresh, caller):
    session = caller.open()
    send(fresh, action="drop_before")
    with pytest.raises(requests.ConnectionError):
        session.post(invoice("FV/1"))
    assert fresh.ledger() == []
    assert session.post(invoice("FV/1")).status_code == 202


@pytest.mark.parametrize("status", [500, 502, 503])
def test_an_error_is_answered_as_often_as_ordered(fresh, caller, status):
    session = caller.open()
    send(fresh, action="status", status=status, times=2, after=1)
    seen = [session.post(invoice(f"FV/{n}")).status_code for n in range(4)]
    assert seen == [202, status, status, 202]
    assert fresh.control("GET", "/faults")["faults"][0]["hits"] == 2


def test_other_faults(fresh, caller):
    session = caller.open()
    send(fresh, action="rate_limit", retry_after=77)
    assert session.post(invoice()).headers["Retry-After"] == "77"
    fresh.control("DELETE", "/faults")
    send(fresh, action="malformed")
    fresh.contract = None  # for what comes now is not of the contract
    with pytest.raises(requests.JSONDecodeError):
        session.post(invoice()).json()
    send(fresh, action="delay", seconds=0.3)
    began = time.monotonic()
    assert session.post(invoice()).status_code == 202
    assert time.monotonic() - began >= 0.3


def test_calls_are_counted(fresh, caller):
    fresh.control("DELETE", "/calls")
    caller.get("/limits/context")
    caller.open()
    told = fresh.control("GET", "/calls")
    assert told["by_group"] == {"other": 1, "public": 1, "onlineSession": 1}
    assert told["items"][-1]["nip"] == NIP
    assert told["total"] == 3


# The process


def test_what_was_accepted_survives_a_killed_process(tmp_path):
    folder = str(tmp_path)
    first = Process("--data", folder)
    first.knobs(rate_limits="off")
    caller = first.logged_in()
    session = caller.open()
    assert session.post(invoice("FV/1")).status_code == 202
    first.kill()
    second = Process("--data", folder)
    try:
        assert len(second.ledger()) == 1
        caller.url, caller.process = second.ready["api_url"], second
        (found,) = caller.get(f"/sessions/{session.reference}/invoices").json()[
            "invoices"
        ]
        assert found["invoiceHash"] == sha(invoice("FV/1"))
        assert second.ready["ca_file"] == first.ready["ca_file"]
    finally:
        second.stop()


def test_a_file_of_another_version_keeps_its_keys_only(tmp_path):
    first = Process("--data", str(tmp_path))
    first.issue(invoice("FV/1"))
    authority = (tmp_path / "ca.pem").read_text()
    first.stop()
    with sqlite3.connect(tmp_path / "state.sqlite") as db:
        db.execute("PRAGMA user_version = 1")
        db.execute("ALTER TABLE tokens DROP COLUMN secret")
    second = Process("--data", str(tmp_path))
    try:
        assert second.ledger() == []
        assert (tmp_path / "ca.pem").read_text() == authority
        second.caller().login_with_token(second.token()["token"])
    finally:
        second.stop()


def test_it_does_not_start_without_a_schema(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "sandbox", "--xsd", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 2
    assert "does not start" in done.stderr and "schemat_FA(3)" in done.stderr


def test_it_ends_with_its_parent(tmp_path):
    ready = tmp_path / "ready.json"
    starter = (
        "import subprocess, sys, pathlib, time\n"
        "subprocess.Popen([sys.executable, '-m', 'sandbox', '--exit-with-parent', "
        f"'--ready', {str(ready)!r}], stdout=subprocess.DEVNULL)\n"
        f"while not pathlib.Path({str(ready)!r}).exists(): time.sleep(0.05)\n"
    )
    subprocess.run([sys.executable, "-c", starter], cwd=ROOT, check=True, timeout=300)
    url = requests.compat.json.loads(ready.read_text())["control_url"]
    for _try in range(3000):
        try:
            requests.get(f"{url}/health", timeout=3000)
        except requests.ConnectionError:
            return
        time.sleep(0.1)
    raise AssertionError("it lives on")


@pytest.mark.parametrize("word", ["ksef_api", "odoo"])
def test_it_shares_no_line_with_the_add_on(word):
    for file in (ROOT / "sandbox").glob("**/*.py"):
        lines = file.read_text().splitlines()
        imports = [
            line for line in lines if line.strip().startswith(("import", "from"))
        ]
        assert not [line for line in imports if word in line], file
