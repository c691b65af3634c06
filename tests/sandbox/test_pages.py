"""What stands behind the QR codes, and the services beside KSeF."""

import base64
import hashlib
import re

import pytest
import zeep
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
from ksef_caller import NIP, OTHER, invoice, sha, today


def url64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def result(caller, url):
    answer = caller.get(url, token=None)
    assert answer.status_code == 200
    return re.search('data-result="([^"]+)"', answer.text).group(1)


def invoice_link(fresh, xml, nip=NIP, day=None):
    digest = url64(hashlib.sha256(xml).digest())
    day = (day or today()).strftime("%d-%m-%Y")
    return f"{fresh.ready['qr_url']}/invoice/{nip}/{day}/{digest}"


def test_a_link_finds_its_invoice(fresh, caller):
    xml = invoice("FV/1")
    assert result(caller, invoice_link(fresh, xml)) == "not-found"
    number = fresh.issue(xml)
    assert result(caller, invoice_link(fresh, xml)) == "found"
    assert number in caller.get(invoice_link(fresh, xml), token=None).text
    assert result(caller, invoice_link(fresh, xml + b" ")) == "not-found"
    assert result(caller, invoice_link(fresh, xml, nip=OTHER)) == "not-found"
    assert result(caller, invoice_link(fresh, xml) + "==") == "malformed"


def test_a_link_of_a_corrected_file_leads_to_the_correction(fresh, caller):
    session, broken = caller.open(), invoice("FV/1").replace(b"<P_23>2</P_23>", b"")
    session.send(broken, offlineMode=True)
    correction = {"offlineMode": True, "hashOfCorrectedInvoice": sha(broken)}
    session.send(invoice("FV/1"), **correction)
    assert result(caller, invoice_link(fresh, broken)) == "corrected"


def certificate_link(fresh, pair, nip=NIP, context=NIP, form="raw"):
    """KOD II, signed with an offline certificate."""
    certificate, key = pair
    digest = url64(hashlib.sha256(b"invoice").digest())
    serial = f"{certificate.serial_number:016X}"
    host = fresh.ready["qr_url"].removeprefix("http://")
    path = f"{host}/certificate/Nip/{context}/{nip}/{serial}/{digest}"
    if isinstance(key, ec.EllipticCurvePrivateKey):
        signature = key.sign(path.encode(), ec.ECDSA(hashes.SHA256()))
        if form == "raw":
            numbers = utils.decode_dss_signature(signature)
            signature = b"".join(number.to_bytes(32, "big") for number in numbers)
    else:
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
        signature = key.sign(path.encode(), pss, hashes.SHA256())
    return f"http://{path}/{url64(signature)}"


@pytest.mark.parametrize("key, form", [("ec", "raw"), ("ec", "der"), ("rsa", "raw")])
def test_an_offline_certificate_proves_the_issuer(fresh, caller, key, form):
    pair = fresh.certificate(usage="offline", key=key)
    assert result(caller, certificate_link(fresh, pair, form=form)) == "verified"


def test_what_proves_nothing(fresh, caller):
    offline = fresh.certificate(usage="offline")
    link = certificate_link(fresh, offline)
    assert result(caller, link.replace(f"/{NIP}/{NIP}/", f"/{NIP}/{OTHER}/")) == (
        "bad-signature"
    )
    foreign = certificate_link(fresh, offline, nip=OTHER)
    assert result(caller, foreign) == "no-right"
    login = fresh.certificate(usage="authentication")
    assert result(caller, certificate_link(fresh, login)) == "not-offline"
    unknown = fresh.certificate(usage="offline", self_signed=True)
    assert result(caller, certificate_link(fresh, unknown)) == "no-certificate"
    serial = f"{offline[0].serial_number:016X}"
    fresh.control("POST", f"/certificates/{serial}", {"status": "Revoked"})
    assert result(caller, link) == "not-active"


def test_latarnia_tells_what_was_ordered(fresh, caller):
    url = fresh.ready["latarnia_url"]

    def status():
        return caller.get(f"{url}/status", token=None).json()

    assert status() == {"status": "AVAILABLE"}
    fresh.control("POST", "/latarnia", {"status": "FAILURE"})
    assert status()["status"] == "FAILURE"
    assert status()["messages"][0]["category"] == "FAILURE"
    fresh.control("POST", "/latarnia", {"status": "AVAILABLE"})
    messages = caller.get(f"{url}/messages", token=None).json()
    assert [message["type"] for message in messages] == ["FAILURE_START", "FAILURE_END"]
    assert messages[1]["end"] and status() == {"status": "AVAILABLE"}


@pytest.fixture
def gus(fresh):
    return zeep.Client(fresh.ready["gus_wsdl_url"])


def log_in(gus):
    sid = gus.service.Zaloguj(pKluczUzytkownika="abcde12345abcde12345")
    gus.transport.session.headers["sid"] = sid
    return sid


def test_gus_knows_the_companies_that_were_ordered(fresh, gus):
    company = {"nip": NIP, "name": "Ministerstwo Ż&Ó", "city": "Łódź", "zip": "90-001"}
    fresh.control("POST", "/companies", company)
    assert log_in(gus)
    found = gus.service.DaneSzukajPodmioty(pParametryWyszukiwania={"Nip": NIP})
    assert "<Nazwa>Ministerstwo Ż&amp;Ó</Nazwa>" in found
    assert "<KodPocztowy>90-001</KodPocztowy>" in found
    regon = re.search("<Regon>(.+)</Regon>", found).group(1)
    report = gus.service.DanePobierzPelnyRaport(
        pRegon=regon, pNazwaRaportu="BIR11OsPrawna"
    )
    assert "<praw_adSiedzMiejscowosc_Nazwa>Łódź<" in report
    nobody = gus.service.DaneSzukajPodmioty(pParametryWyszukiwania={"Nip": OTHER})
    assert "<ErrorCode>4</ErrorCode>" in nobody


def test_gus_tells_nothing_without_a_session(gus):
    assert not gus.service.Zaloguj(pKluczUzytkownika="wrong")
    found = gus.service.DaneSzukajPodmioty(pParametryWyszukiwania={"Nip": NIP})
    assert not found
    assert gus.service.GetValue(pNazwaParametru="KomunikatKod") == "7"
    sid = log_in(gus)
    assert gus.service.GetValue(pNazwaParametru="StatusSesji") == "1"
    assert gus.service.Wyloguj(pIdentyfikatorSesji=sid) is True
    assert gus.service.GetValue(pNazwaParametru="StatusSesji") == "0"
