"""KSeF tokens, access tokens, refresh tokens, and the sessions behind them."""

import json
from base64 import urlsafe_b64decode

import pytest
from ksef_caller import NIP, OTHER, code, until

KEY_ID = "A" * 43 + "="


def test_a_ksef_token_logs_in(fresh):
    caller = fresh.caller()
    caller.login_with_token(fresh.token()["token"])
    assert caller.rights() == 200


def problem_of(caller, body):
    """Details of a login with a token that fails."""
    begun = caller.post("/auth/ksef-token", body).json()
    status = caller.outcome(begun)
    assert status["code"] == 450
    return status["details"][0]


def test_a_wrong_token_is_refused(fresh):
    token = fresh.token()["token"]
    caller = fresh.caller()
    wrong = token[:-1] + ("0" if token[-1] != "0" else "1")
    assert problem_of(caller, caller.token_body(wrong)) == "Nieprawidłowy token"


def test_a_token_of_another_company_is_refused(fresh):
    caller = fresh.caller()
    body = caller.token_body(fresh.token(OTHER)["token"])
    assert "w kontekście" in problem_of(caller, body)


def test_the_time_must_be_that_of_the_challenge(fresh):
    caller = fresh.caller()
    body = caller.token_body(fresh.token()["token"], ms=1)
    assert problem_of(caller, body) == "Nieprawidłowy czas tokena"


def test_the_key_must_be_that_for_tokens(fresh):
    caller = fresh.caller()
    token = fresh.token()["token"]
    body = caller.token_body(token, usage="SymmetricKeyEncryption")
    assert problem_of(caller, body) == "Nieprawidłowe szyfrowanie tokena"


def test_a_revoked_token_is_refused(fresh):
    made = fresh.token()
    fresh.control("DELETE", f"/tokens/{made['referenceNumber']}")
    caller = fresh.caller()
    problem = problem_of(caller, caller.token_body(made["token"]))
    assert problem == "Token unieważniony"


def test_a_challenge_serves_one_token_login(fresh):
    caller = fresh.caller()
    body = caller.token_body(fresh.token()["token"])
    assert caller.post("/auth/ksef-token", body).status_code == 202
    assert code(caller.post("/auth/ksef-token", body)) == 21111


def test_an_unknown_key_is_refused_with_its_code(fresh):
    caller = fresh.caller()
    body = caller.token_body(fresh.token()["token"], publicKeyId=KEY_ID)
    assert code(caller.post("/auth/ksef-token", body)) == 21470


def test_rotated_keys_work_until_they_are_withdrawn(fresh, caller):
    old = caller.get("/security/public-key-certificates").json()
    assert {usage for item in old for usage in item["usage"]} == {
        "KsefTokenEncryption",
        "SymmetricKeyEncryption",
    }
    name = next(i for i in old if "SymmetricKeyEncryption" in i["usage"])["publicKeyId"]
    session = caller.open(publicKeyId=name)
    assert session.answer.status_code == 201
    fresh.control("POST", "/keys/rotate", {})
    assert len(caller.get("/security/public-key-certificates").json()) == 2 * len(old)
    body = {"formCode": None, "encryption": session.encryption(publicKeyId=name)}
    body["formCode"] = {"systemCode": "FA (3)", "schemaVersion": "1-0E", "value": "FA"}
    assert caller.post("/sessions/online", body).status_code == 201
    fresh.control("POST", "/keys/rotate", {"withdraw": True})
    assert code(caller.post("/sessions/online", body)) == 21470


def test_a_token_is_pending_then_active_then_revoked(caller):
    body = {"permissions": ["InvoiceRead"], "description": "for the tests"}
    answer = caller.post("/tokens", body)
    assert answer.status_code == 202
    path = f"/tokens/{answer.json()['referenceNumber']}"
    assert caller.get(path).json()["status"] == "Pending"
    until(lambda: caller.get(path).json(), lambda found: found["status"] == "Active")
    listed = caller.get("/tokens?status=Active&description=the tests").json()["tokens"]
    assert [item["referenceNumber"] for item in listed] == [path[8:]]
    assert caller.call("DELETE", path).status_code == 204
    assert caller.get(path).json()["status"] == "Revoked"


def test_a_token_cannot_do_more_than_it_was_given(fresh):
    caller = fresh.caller()
    caller.login_with_token(fresh.token(permissions=["InvoiceRead"])["token"])
    assert caller.open().answer.status_code == 403
    body = {"permissions": ["InvoiceRead"], "description": "for the tests"}
    answer = caller.post("/tokens", body)
    assert answer.json()["reasonCode"] == "auth-method-not-allowed"


def test_rights_that_one_has_not_cannot_be_given(fresh):
    fresh.control(
        "POST",
        "/permissions",
        {"nip": NIP, "subject_nip": OTHER, "permissions": ["InvoiceRead"]},
    )
    caller = fresh.caller()
    caller.login(*fresh.certificate(OTHER), nip=NIP)
    body = {"permissions": ["InvoiceWrite"], "description": "for the tests"}
    assert code(caller.post("/tokens", body)) == 26001


@pytest.mark.parametrize("token", [None, "x", "a.b.c"])
def test_without_a_right_token_there_is_no_access(fresh, token):
    answer = fresh.caller().get("/rate-limits", token=token)
    assert answer.status_code == 401
    assert answer.headers["Content-Type"].startswith("application/problem+json")


def test_a_changed_access_token_is_no_token(caller):
    head, claims, signature = caller.access.split(".")
    assert (
        caller.get("/rate-limits", token=f"{head}.{claims}x.{signature}").status_code
        == 401
    )


def test_a_refresh_token_is_no_access_token(caller):
    assert caller.get("/rate-limits", token=caller.refresh).status_code == 401


def test_access_tokens_are_jwt_and_expire(fresh, caller):
    claims = caller.access.split(".")[1]
    exp = json.loads(urlsafe_b64decode(claims + "=="))["exp"]
    now = fresh.control("GET", "/clock")["now"]
    assert exp and now
    fresh.control("POST", "/clock", {"offset": 901})
    assert caller.rights() == 401
    fresh_token = caller.post("/auth/token/refresh", token=caller.refresh).json()
    caller.access = fresh_token["accessToken"]["token"]
    assert caller.rights() == 200


def test_refresh_tokens_end_after_a_week(fresh, caller):
    fresh.control("POST", "/clock", {"offset": 7 * 86400 + 1})
    assert caller.post("/auth/token/refresh", token=caller.refresh).status_code == 401


def test_ending_a_session_kills_the_refresh_token_only(fresh, caller):
    (session,) = caller.get("/auth/sessions").json()["items"]
    assert session["isCurrent"]
    assert caller.call("DELETE", "/auth/sessions/current").status_code == 204
    assert code(caller.post("/auth/token/refresh", token=caller.refresh)) == 21301
    assert caller.rights() == 200
    assert caller.get("/auth/sessions").json()["items"] == []
    (told,) = fresh.control("GET", f"/auth-sessions?nip={NIP}")["sessions"]
    assert told["state"] == "revoked"


def test_one_session_can_end_another(fresh, caller):
    second = fresh.logged_in()
    listed = second.get("/auth/sessions").json()["items"]
    assert [item["isCurrent"] for item in listed] == [True, False]
    path = f"/auth/sessions/{listed[1]['referenceNumber']}"
    assert second.call("DELETE", path).status_code == 204
    assert code(caller.post("/auth/token/refresh", token=caller.refresh)) == 21301


def test_a_revoked_ksef_token_refreshes_nothing(fresh):
    made = fresh.token()
    caller = fresh.caller()
    caller.login_with_token(made["token"])
    fresh.control("DELETE", f"/tokens/{made['referenceNumber']}")
    assert code(caller.post("/auth/token/refresh", token=caller.refresh)) == 21301


def test_lists_go_on_with_a_continuation_token(fresh, caller):
    for _login in range(11):
        last = fresh.logged_in()
    first = last.get("/auth/sessions?pageSize=10").json()
    assert len(first["items"]) == 10 and first["continuationToken"]
    headers = {"x-continuation-token": first["continuationToken"]}
    second = last.get("/auth/sessions?pageSize=10", headers=headers).json()
    assert len(second["items"]) == 2 and second["continuationToken"] is None
    wrong = last.get("/auth/sessions", headers={"x-continuation-token": "x"})
    assert code(wrong) == 21418
