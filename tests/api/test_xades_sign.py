"""Signing a login: judged by `signxml`, which shares no line with what signs."""

import base64
from datetime import UTC, datetime

import pki
import pytest
from lxml import etree
from signxml import DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.xades import XAdESSignatureConfiguration, XAdESVerifier

from ksef_api import xades, xml_names
from ksef_api.errors import CertificateError
from ksef_api.safe_xml import parse

CHALLENGE = "20260101-CR-20F5EE4000-DA48AE4124-46"
METHODS = {"rsa": SignatureMethod.RSA_SHA256, "ec": SignatureMethod.ECDSA_SHA256}
NS = {"ds": xml_names.DS, "xades": xml_names.XADES, "a": xml_names.AUTH_NS}


@pytest.fixture(params=["rsa", "ec"])
def certificate(request):
    return pki.make(pki.new_key(request.param))


@pytest.fixture
def request_xml():
    return xades.auth_token_request(CHALLENGE, pki.NIP)


def judge(signed, certificate):
    """Verify with signxml; returns what it says was signed."""
    config = XAdESSignatureConfiguration(
        expect_references=2,
        signature_methods=[METHODS[certificate.key_type]],
        digest_algorithms=[DigestAlgorithm.SHA256],
    )
    return XAdESVerifier().verify(
        signed, x509_cert=certificate.certificate, expect_config=config
    )


def test_the_request_names_challenge_context_and_subject_type(request_xml):
    root = parse(request_xml)
    texts = [element.text for element in root.iter() if not len(element)]
    assert root.tag == "{http://ksef.mf.gov.pl/auth/token/2.1}AuthTokenRequest"
    assert texts == [CHALLENGE, pki.NIP, "certificateSubject"]


def test_an_independent_judge_accepts_the_signature(request_xml, certificate):
    results = judge(xades.sign(request_xml, certificate), certificate)
    covered = results[0].signed_xml
    assert xml_names.AUTH_NS in covered.tag
    assert CHALLENGE in etree.tostring(covered).decode()


@pytest.mark.parametrize("path", ["//a:Nip", "//xades:SigningTime"])
def test_a_changed_file_is_found_by_the_judge(request_xml, certificate, path):
    root = parse(xades.sign(request_xml, certificate))
    root.xpath(path, namespaces=NS)[0].text = "2001-01-01T00:00:00Z"
    with pytest.raises(SignXMLException):
        judge(etree.tostring(root), certificate)


def test_another_certificate_is_found_by_the_judge(request_xml):
    signed = xades.sign(request_xml, pki.make(pki.new_key("rsa")))
    with pytest.raises(SignXMLException):
        judge(signed, pki.make(pki.new_key("rsa", bits=3072)))


def test_ecdsa_signature_is_r_and_s_of_32_bytes_each(request_xml):
    root = parse(xades.sign(request_xml, pki.make()))
    value = root.findtext(".//ds:SignatureValue", namespaces=NS)
    assert len(base64.b64decode(value)) == 64


def test_issuer_and_serial_are_those_of_the_certificate(request_xml, certificate):
    root = parse(xades.sign(request_xml, certificate))
    serial = root.findtext(".//ds:X509SerialNumber", namespaces=NS)
    issuer = root.findtext(".//ds:X509IssuerName", namespaces=NS)
    assert serial == str(certificate.certificate.serial_number)
    assert issuer == "C=PL,CN=Testowe CA\\, sp. z o.o."


def test_signing_time_is_written_in_utc(request_xml):
    moment = datetime(2026, 3, 1, 12, 0, 5, tzinfo=UTC)
    root = parse(xades.sign(request_xml, pki.make(), moment))
    time = root.findtext(".//xades:SigningTime", namespaces=NS)
    assert time == "2026-03-01T12:00:05Z"


def test_a_certificate_without_key_cannot_sign(request_xml):
    public = type(pki.make())(pki.make().certificate)
    with pytest.raises(CertificateError) as caught:
        xades.sign(request_xml, public)
    assert caught.value.reason == "no_key"
