"""The official receipt (*UPO*)."""

import pytest
from ksef_caller import NIP, code, invoice, sha
from lxml import etree
from signxml.xades import XAdESSignatureConfiguration, XAdESVerifier

NS = "{http://upo.schematy.mf.gov.pl/KSeF/v4-3}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"


@pytest.fixture
def session(caller):
    return caller.open()


def fields(xml):
    """Texts by the names of elements."""
    root = etree.fromstring(xml)
    return {e.tag.removeprefix(NS): e.text for e in root.iter() if e.text}


def test_the_receipt_of_an_invoice_tells_its_number_and_hash(session):
    xml = invoice("FV/1")
    state = session.send(xml)
    by_reference = session.caller.get(
        f"/sessions/{session.reference}/invoices/{state['referenceNumber']}/upo"
    )
    by_number = session.caller.get(
        f"/sessions/{session.reference}/invoices/ksef/{state['ksefNumber']}/upo"
    )
    assert by_reference.content == by_number.content
    assert by_reference.headers["x-ms-meta-hash"] == sha(by_reference.content)
    told = fields(by_reference.content)
    assert told["NumerKSeFDokumentu"] == state["ksefNumber"]
    assert told["SkrotDokumentu"] == sha(xml)
    assert told["NumerFaktury"] == "FV/1"
    assert told["NumerReferencyjnySesji"] == session.reference
    assert told["NipSprzedawcy"] == told["Nip"] == NIP
    assert "srodowisko testowe (TE)" in told["NazwaPodmiotuPrzyjmujacego"].replace(
        "ś", "s"
    )


def test_the_pre_signed_address_needs_no_token_and_expires(fresh, session):
    state = session.send(invoice())
    url = state["upoDownloadUrl"]
    assert url.startswith(session.caller.url.removesuffix("/v2"))
    answer = session.caller.get(url, token=None)
    assert answer.status_code == 200
    assert answer.headers["x-ms-meta-hash"] == sha(answer.content)
    assert session.caller.get(url + "0", token=None).status_code == 403
    fresh.control("POST", "/clock", {"offset": 3601})
    assert session.caller.get(url, token=None).status_code == 403


def test_the_receipt_is_signed(session):
    state = session.send(invoice())
    xml = session.caller.get(state["upoDownloadUrl"], token=None).content
    signature = next(etree.fromstring(xml).iter(f"{DS}Signature"))
    text = signature.find(f".//{DS}X509Certificate").text
    config = XAdESSignatureConfiguration(expect_references=True)
    (first, *_rest) = XAdESVerifier().verify(xml, x509_cert=text, expect_config=config)
    assert first.signed_xml.tag == f"{NS}Potwierdzenie"


def test_a_session_has_a_collective_receipt_by_pages(fresh, session):
    fresh.knobs(upo_page_size=2)
    numbers = [session.send(invoice(f"FV/{n}"))["ksefNumber"] for n in range(3)]
    session.send(b"<x/>")
    pages = session.close()["upo"]["pages"]
    found = []
    for page in pages:
        path = f"/sessions/{session.reference}/upo/{page['referenceNumber']}"
        answer = session.caller.get(path)
        assert answer.content == session.caller.get(page["downloadUrl"]).content
        root = etree.fromstring(answer.content)
        found += [e.text for e in root.iter(f"{NS}NumerKSeFDokumentu")]
        assert root.findtext(f"{NS}OpisPotwierdzenia/{NS}LiczbaStron") == "2"
    assert (len(pages), found) == (2, numbers)


def test_a_refused_invoice_has_no_receipt(session):
    state = session.send(b"<x/>")
    path = f"/sessions/{session.reference}/invoices/{state['referenceNumber']}/upo"
    assert code(session.caller.get(path)) == 21178


def test_a_login_by_token_is_named_in_the_receipt(fresh):
    made = fresh.token()
    caller = fresh.caller()
    caller.login_with_token(made["token"])
    state = caller.open().send(invoice())
    told = fields(caller.get(state["upoDownloadUrl"], token=None).content)
    assert told["NumerReferencyjnyTokenaKSeF"] == made["referenceNumber"]
