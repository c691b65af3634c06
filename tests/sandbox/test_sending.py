"""What is accepted, what is refused, and with which code."""

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from ksef_caller import (
    FA3,
    NIP,
    OTHER,
    code,
    invoice,
    sha,
    today,
    until,
)

MARK = b"FaWiersz>"


@pytest.fixture
def session(caller):
    return caller.open()


def test_an_invoice_is_accepted(fresh, session):
    xml = invoice("FV/1")
    answer = session.post(xml)
    path = f"/sessions/{session.reference}/invoices/{answer.json()['referenceNumber']}"
    seen = [session.caller.get(path).json()["status"]["code"] for _ in range(2)]
    assert seen == [100, 200]
    state = session.caller.get(path).json()
    assert state["invoiceHash"] == sha(xml)
    assert (state["invoiceNumber"], state["invoicingMode"]) == ("FV/1", "Online")
    assert state["acquisitionDate"] <= state["permanentStorageDate"]
    (line,) = fresh.ledger()
    assert line["ksef_number"] == state["ksefNumber"]
    assert (line["seller_nip"], line["buyer_nip"]) == (NIP, OTHER)
    assert line["hash"] == sha(xml)


def test_processing_takes_as_long_as_ordered(fresh, session):
    fresh.knobs(polls_before_ready=3)
    reference = session.post(invoice()).json()["referenceNumber"]
    path = f"/sessions/{session.reference}/invoices/{reference}"
    seen = [session.caller.get(path).json()["status"]["code"] for _ in range(4)]
    assert seen == [100, 150, 150, 200]
    fresh.knobs(polls_before_ready=0, processing_seconds=30)
    reference = session.post(invoice("FV/2")).json()["referenceNumber"]
    path = f"/sessions/{session.reference}/invoices/{reference}"
    assert session.caller.get(path).json()["status"]["code"] == 100
    fresh.control("POST", "/clock", {"offset": 31})
    assert session.caller.get(path).json()["status"]["code"] == 200


@pytest.mark.parametrize(
    "field, value, expected",
    [
        ("encryptedInvoiceSize", 5, 21402),
        ("encryptedInvoiceHash", sha(b"other"), 21403),
        ("encryptedInvoiceHash", "short", 21405),
        ("encryptedInvoiceContent", "not base64!", 21405),
        ("invoiceSize", 0, 21405),
        ("invoiceSize", "12", 21001),
        ("invoiceHash", None, 21405),
        ("offlineMode", "yes", 21001),
    ],
)
def test_what_was_declared_must_be_so(session, field, value, expected):
    assert code(session.post(invoice(), **{field: value})) == expected


@pytest.mark.parametrize(
    "changed", [{"invoiceHash": sha(b"other")}, {"invoiceSize": 7}]
)
def test_the_plain_file_must_be_as_declared(session, changed):
    assert session.send(invoice(), **changed)["status"]["code"] == 430


def test_another_key_than_the_sessions_cannot_be_opened(session):
    state = session.send(invoice(), key=b"k" * 32)["status"]
    assert state["code"] in (430, 435)


def test_content_that_is_no_ciphertext_cannot_be_opened(session):
    content = b"x" * 33
    state = session.send(
        invoice(),
        encryptedInvoiceContent=base64.b64encode(content).decode(),
        encryptedInvoiceSize=33,
        encryptedInvoiceHash=sha(content),
    )
    assert state["status"]["code"] == 435


def test_a_session_whose_key_cannot_be_opened_fails(caller):
    session = caller.open(usage="KsefTokenEncryption")
    assert session.answer.status_code == 201
    assert session.finished()["status"]["code"] == 415
    assert code(session.post(invoice())) == 21180


@pytest.mark.parametrize(
    "changed",
    [
        {"invoiceHash": 5, "initializationVector": "AAAA"},
        {"encryptedSymmetricKey": None},
    ],
)
def test_an_incomplete_encryption_is_refused(caller, changed):
    assert code(caller.open(**changed).answer) == 21405


def test_an_unknown_form_is_refused(caller):
    form = {**FA3, "systemCode": "FA (9)"}
    assert code(caller.open(form=form).answer) == 21405


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: b"\xef\xbb\xbf" + xml,
        lambda xml: xml.replace(b"UTF-8", b"ISO-8859-2"),
        lambda xml: xml.replace(b"?>", b"?><?stylesheet none?>", 1),
        lambda xml: xml.replace("Usługa".encode(), "Usł\x84uga".encode()),
        lambda xml: xml.replace("Usługa".encode(), b"a&#x1FFFE;"),
        lambda xml: xml.replace("Usługa".encode(), b"\xff"),
        lambda xml: xml.replace(b"</Faktura>", b""),
        lambda xml: xml.replace(b"?>", b"?><!DOCTYPE Faktura>", 1),
    ],
    ids="bom encoding instruction unicode entity utf8 unclosed doctype".split(),
)
def test_a_file_against_the_rules_of_xml_is_refused(session, change):
    assert session.send(change(invoice()))["status"]["code"] == 430


def test_a_file_against_the_schema_is_refused_with_the_reason(session):
    status = session.send(invoice().replace(b"<P_15>123.00</P_15>", b""))["status"]
    assert status["code"] == 450
    assert "P_15" in " ".join(status["details"]) or "Adnotacje" in status["details"][0]


def test_a_file_over_the_limit_is_refused(fresh, caller):
    limits = {
        "maxInvoiceSizeInMB": 0,
        "maxInvoiceWithAttachmentSizeInMB": 3,
        "maxInvoices": 2,
    }
    body = {"onlineSession": limits, "batchSession": limits}
    assert caller.post("/testdata/limits/context/session", body).status_code == 200
    assert caller.get("/limits/context").json()["onlineSession"] == limits
    session = caller.open()
    assert session.send(invoice())["status"]["code"] == 430
    assert session.post(invoice()).status_code == 202
    assert code(session.post(invoice())) == 21155


def test_an_invoice_of_tomorrow_is_refused(session):
    state = session.send(invoice(day=today() + timedelta(days=1)))["status"]
    assert state["code"] == 450


def test_another_sellers_invoice_needs_its_permission(fresh, session):
    state = session.send(invoice("FV/1", seller=OTHER, buyer=NIP, P_17="1"))["status"]
    assert state["code"] == 410
    fresh.control(
        "POST",
        "/permissions",
        {"nip": OTHER, "subject_nip": NIP, "permissions": ["SelfInvoicing"]},
    )
    other = session.send(invoice("FV/2", seller=OTHER, buyer=NIP))["status"]
    assert other["code"] == 410, "not marked as self-invoicing"
    state = session.send(invoice("FV/1", seller=OTHER, buyer=NIP, P_17="1"))["status"]
    assert state["code"] == 200


def test_a_duplicate_names_the_original(fresh, session):
    first = session.send(invoice("FV/1"))
    # Another file with the same seller, kind and number.
    again = session.send(invoice("FV/1", buyer="5260250274"))["status"]
    assert again["code"] == 440
    assert again["extensions"] == {
        "originalSessionReferenceNumber": session.reference,
        "originalKsefNumber": first["ksefNumber"],
    }
    assert session.send(invoice("FV/2"))["status"]["code"] == 200
    assert len(fresh.ledger()) == 2


def test_yesterdays_invoice_is_offline(session):
    state = session.send(invoice(day=today() - timedelta(days=1)))
    assert (state["status"]["code"], state["invoicingMode"]) == (200, "Offline")


def test_an_invoice_declared_offline_is_offline(session):
    assert session.send(invoice(), offlineMode=True)["invoicingMode"] == "Offline"


def test_a_technical_correction_is_for_a_refused_invoice_and_once(session):
    broken = invoice("FV/1").replace(b"<P_15>123.00</P_15>", b"")
    assert session.send(broken, offlineMode=True)["status"]["code"] == 450
    correction = {"offlineMode": True, "hashOfCorrectedInvoice": sha(broken)}
    online = {**correction, "offlineMode": False}
    assert code(session.post(invoice("FV/1"), **online)) == 21405
    assert session.send(invoice("FV/1"), **correction)["status"]["code"] == 200
    assert code(session.post(invoice("FV/3"), **correction)) == 21166


def test_an_accepted_invoice_takes_no_technical_correction(session):
    good = invoice("FV/1")
    session.send(good, offlineMode=True)
    correction = {"offlineMode": True, "hashOfCorrectedInvoice": sha(good)}
    assert code(session.post(invoice("FV/2"), **correction)) == 21167


def test_a_closed_session_takes_nothing(session):
    session.send(invoice("FV/1"))
    assert session.close()["status"]["code"] == 200
    assert code(session.post(invoice("FV/2"))) == 21180
    path = f"/sessions/online/{session.reference}/close"
    assert code(session.caller.post(path)) == 21180


def test_a_session_closes_itself_after_twelve_hours(fresh, caller):
    session = caller.open()
    session.send(invoice("FV/1"))
    fresh.control("POST", "/clock", {"offset": 12 * 3600 + 1})
    caller.access = caller.post("/auth/token/refresh", token=caller.refresh).json()[
        "accessToken"
    ]["token"]
    assert code(session.post(invoice("FV/2"))) == 21180
    assert session.finished()["status"]["code"] == 200


def test_a_session_of_another_company_is_unknown(fresh, session):
    other = fresh.logged_in(OTHER)
    assert code(other.get(f"/sessions/{session.reference}")) == 21173
    session.caller = other
    assert code(session.post(invoice())) == 21173


@pytest.mark.parametrize(
    "files, expected, counts",
    [
        ([], 440, (None, None, None)),
        ([b"<x/>"], 445, (1, 0, 1)),
        ([b"<x/>", invoice("FV/1")], 200, (2, 1, 1)),
    ],
)
def test_a_session_ends_as_its_invoices_did(session, files, expected, counts):
    for xml in files:
        assert session.post(xml).status_code == 202
    status = session.close()
    names = ("invoiceCount", "successfulInvoiceCount", "failedInvoiceCount")
    assert status["status"]["code"] == expected
    assert tuple(status[name] for name in names) == counts


def test_a_session_is_processed_before_it_is_done(session):
    session.post(invoice())
    path = f"/sessions/{session.reference}"
    session.caller.post(f"/sessions/online/{session.reference}/close")
    seen = [session.caller.get(path).json()["status"]["code"] for _ in range(2)]
    assert seen == [170, 200]


def test_sessions_and_their_invoices_are_listed(caller):
    for count in range(2):
        session = caller.open()
        session.send(invoice(f"FV/{count}"))
        session.send(b"<x/>")
    session.close()
    listed = caller.get("/sessions?sessionType=Online").json()["sessions"]
    assert [item["status"]["code"] for item in listed] == [200, 100]
    done = caller.get("/sessions?sessionType=Online&statuses=Succeeded").json()
    assert [item["referenceNumber"] for item in done["sessions"]] == [session.reference]
    assert code(caller.get("/sessions")) == 21405
    path = f"/sessions/{session.reference}/invoices"
    states = caller.get(path).json()["invoices"]
    assert [item["ordinalNumber"] for item in states] == [1, 2]
    failed = caller.get(f"{path}/failed").json()["invoices"]
    assert [item["status"]["code"] for item in failed] == [450]


def test_a_list_alone_brings_invoices_to_their_end(session):
    session.post(invoice())
    path = f"/sessions/{session.reference}/invoices"
    until(
        lambda: session.caller.get(path).json()["invoices"],
        lambda found: found[0]["status"]["code"] == 200,
    )


def test_of_many_at_once_one_is_accepted(fresh, session):
    """Workers that send the same invoice at the same time."""
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _n: session.post(invoice("FV/1")), range(8)))
    references = [answer.json()["referenceNumber"] for answer in answers]
    codes = [session.state(reference)["status"]["code"] for reference in references]
    assert sorted(codes) == [200] + [440] * 7
    assert len(fresh.ledger()) == 1
