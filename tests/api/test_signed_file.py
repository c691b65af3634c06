"""A login request that a person signed elsewhere: what is taken and what is refused."""

import base64
import re
from datetime import timedelta

import outside_program as program
import pki
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree

from ksef_api import xades
from ksef_api.errors import DocumentError, SignatureError
from ksef_api.xml_names import (
    AUTH_NS,
    BASE64,
    C14N,
    DIGESTS,
    DS,
    ENVELOPED,
    EXC_C14N,
    SIGNATURES,
    SIGNED_PROPERTIES_TYPE,
    XADES,
)

CHALLENGE = "20260101-CR-20F5EE4000-DA48AE4124-46"
OTHER_CHALLENGE = "20260102-CR-20F5EE4000-DA48AE4124-47"
REQUEST = xades.auth_token_request(CHALLENGE, pki.NIP)
RSA, EC = pki.make(pki.new_key("rsa")), pki.make()
XSLT = "http://www.w3.org/TR/1999/REC-xslt-19991116"


def refusal(signed, original=REQUEST, **options):
    """The reason for which a file is refused."""
    with pytest.raises(SignatureError) as caught:
        xades.check_signed_request(signed, original, **options)
    return caught.value.reason


def changed(signed, path, change):
    """The file with one element changed after signing."""
    root = etree.fromstring(signed)
    names = {"ds": DS, "a": AUTH_NS, "x": XADES}
    change(root.xpath(path, namespaces=names)[0])
    return etree.tostring(root)


# What is taken


@pytest.mark.parametrize("certificate", [RSA, EC], ids=["rsa", "ec"])
def test_an_enveloped_signature_is_taken_and_names_the_signer(certificate):
    by = xades.check_signed_request(program.enveloped(REQUEST, certificate), REQUEST)
    assert (by.nip, by.serial) == (pki.NIP, "01D54FA8B72C00A1")
    assert by.common_name == "Jan Żółć, księgowy"
    assert by.not_after == certificate.not_after


def test_what_this_add_on_signs_itself_is_taken():
    assert xades.check_signed_request(xades.sign(REQUEST, EC), REQUEST)


@pytest.mark.parametrize("packed", [False, True], ids=["xml", "base64"])
def test_an_enveloping_signature_is_taken(packed):
    assert xades.check_signed_request(program.enveloping(REQUEST, RSA, packed), REQUEST)


@pytest.mark.parametrize("step", [program.NOT_SIGNATURE, program.SUBTRACT])
def test_xpath_ways_of_leaving_the_signature_out_are_taken(step):
    references = program.reference("", step, program.transform(EXC_C14N))
    signed = program.enveloped(REQUEST, RSA, references=references + program.PROPERTIES)
    assert xades.check_signed_request(signed, REQUEST)


def test_the_whole_document_may_be_named_by_an_xpointer():
    references = program.WHOLE.replace('URI=""', 'URI="#xpointer(/)"')
    signed = program.enveloped(REQUEST, RSA, references=references + program.PROPERTIES)
    assert xades.check_signed_request(signed, REQUEST)


@pytest.mark.parametrize("method", sorted(SIGNATURES))
def test_every_signature_method_of_ksef_is_taken(method):
    signer = EC if "ecdsa" in method else RSA
    signed = program.enveloped(REQUEST, signer, method=method)
    assert xades.check_signed_request(signed, REQUEST)


@pytest.mark.parametrize("c14n", sorted(C14N))
@pytest.mark.parametrize("digest", [*DIGESTS][:2])
def test_every_canonical_form_of_ksef_is_taken(c14n, digest):
    steps = (program.transform(ENVELOPED), program.transform(c14n))
    references = program.reference("", *steps, digest=digest) + program.PROPERTIES
    signed = program.enveloped(REQUEST, RSA, references=references, c14n=c14n)
    assert xades.check_signed_request(signed, REQUEST)


@pytest.mark.parametrize("digest", sorted(DIGESTS))
def test_the_certificate_may_be_named_by_any_digest_of_ksef(digest):
    signed = program.enveloped(REQUEST, RSA, digest=digest, version="V2")
    assert xades.check_signed_request(signed, REQUEST)


def test_a_chain_in_key_info_may_come_in_any_order():
    signed = program.enveloped(REQUEST, EC, certificates=[RSA, EC])
    by = xades.check_signed_request(signed, REQUEST)
    assert by.fingerprint == EC.fingerprint


# What is refused: the file


def test_the_unsigned_file_is_refused():
    assert refusal(REQUEST) == "no_signature"


def test_two_signatures_are_refused():
    root = etree.fromstring(program.enveloped(REQUEST, RSA))
    root.append(etree.fromstring(etree.tostring(root[-1])))
    assert refusal(etree.tostring(root)) == "too_many"


def test_a_detached_signature_is_refused():
    """What such programs write: the signature alone, the file named by its URI."""
    root = etree.fromstring(program.signature_xml(RSA, references=program.PROPERTIES))
    info = root.find(f"{{{DS}}}SignedInfo")
    outside = program.reference("AuthTokenRequest.xml")
    outside = outside.replace("<ds:Reference", f'<ds:Reference xmlns:ds="{DS}"')
    signed = program.fill(root, RSA)
    root = etree.fromstring(signed)
    info = root.find(f"{{{DS}}}SignedInfo")
    info.append(etree.fromstring(outside))
    assert refusal(etree.tostring(root)) == "detached"


def test_a_signature_beside_the_request_is_refused():
    inner = etree.tostring(etree.fromstring(REQUEST)).decode()
    root = etree.fromstring(f"<Both>{inner}{program.signature_xml(RSA)}</Both>")
    assert refusal(program.fill(root, RSA)) == "layout"


@pytest.mark.parametrize(
    "path, change",
    [
        ("//a:Nip", lambda element: setattr(element, "text", "1111111111")),
        ("//x:SigningTime", lambda element: setattr(element, "text", "2001-01-01")),
        ("//ds:SignatureValue", lambda element: setattr(element, "text", "AAAA")),
    ],
    ids=["content", "properties", "value"],
)
@pytest.mark.parametrize("certificate", [RSA, EC], ids=["rsa", "ec"])
def test_a_file_changed_after_signing_is_refused(certificate, path, change):
    signed = program.enveloped(REQUEST, certificate)
    assert refusal(changed(signed, path, change)) == "invalid"


def test_a_request_changed_before_signing_is_refused():
    other = xades.auth_token_request(CHALLENGE, "1111111111")
    assert refusal(program.enveloped(other, RSA)) == "content_changed"


@pytest.mark.parametrize(
    "addition",
    [
        "<AuthorizationPolicy/>",
        "<!-- a comment -->",
        "text between",
        "<?process this?>",
    ],
)
def test_anything_added_before_signing_is_refused(addition):
    end = "</AuthTokenRequest>"
    other = REQUEST.decode().replace(end, addition + end).encode()
    assert refusal(program.enveloped(other, RSA)) == "content_changed"


def test_a_request_of_another_login_is_refused():
    earlier = xades.auth_token_request(OTHER_CHALLENGE, pki.NIP)
    assert refusal(program.enveloped(earlier, RSA)) == "challenge"


# What is refused: the certificate


@pytest.mark.parametrize(
    "days, reason",
    [(400, "expired_certificate"), (-2, "not_yet_valid_certificate")],
)
def test_a_certificate_that_is_not_valid_now_is_refused(days, reason):
    now = pki.NOW + timedelta(days=days)
    assert refusal(program.enveloped(REQUEST, RSA), now=now) == reason


def test_naming_another_certificate_than_signed_is_refused():
    signed = program.enveloped(REQUEST, RSA, named=EC)
    assert refusal(signed) == "certificate_digest"


def test_signing_with_another_key_than_the_named_certificates_is_refused():
    signed = program.enveloped(REQUEST, RSA, named=EC, certificates=[EC])
    assert refusal(signed) == "invalid"


def test_a_file_without_the_certificate_is_refused():
    assert refusal(program.enveloped(REQUEST, RSA, certificates=[])) == "no_certificate"


@pytest.mark.parametrize(
    "key", [pki.new_key("rsa", bits=1024), pki.new_key(curve=ec.SECP224R1)]
)
def test_a_key_too_short_for_ksef_is_refused(key):
    signed = program.enveloped(REQUEST, pki.make(key))
    assert refusal(signed) == "weak_key"


def test_a_plain_xml_signature_is_refused_as_not_xades():
    signed = program.enveloped(REQUEST, RSA, references=program.WHOLE)
    assert refusal(signed) == "not_xades"


# What is refused: attacks


def test_a_signed_request_hidden_in_an_unsigned_one_is_refused():
    """Wrapping: the verifier finds the signed one, a careless reader the other."""
    signed = program.enveloping(REQUEST, RSA)
    evil = xades.auth_token_request(CHALLENGE, "1111111111")
    root = etree.fromstring(evil)
    root.append(etree.fromstring(signed))
    assert refusal(etree.tostring(root)) == "wrapped"


def test_an_unsigned_object_with_the_request_is_refused():
    """The signature covers an object, but not the one that holds the request."""
    evil = f'<ds:Object xmlns:ds="{DS}" Id="decoy">nothing</ds:Object>'
    signed = program.enveloping(REQUEST, RSA, uri="#decoy", extra=evil)
    assert refusal(signed) == "detached"


def test_a_second_element_of_the_same_id_is_refused():
    evil = (
        f'<ds:Object xmlns:ds="{DS}" Id="twin"/><ds:Object xmlns:ds="{DS}" ID="twin"/>'
    )
    assert refusal(program.enveloping(REQUEST, RSA, extra=evil)) == "duplicate_id"


@pytest.mark.parametrize(
    "step",
    [
        "<ds:XPath>false()</ds:XPath>",
        "<ds:XPath>not(ancestor-or-self::ds:Signature) and not(ancestor::*)</ds:XPath>",
        f'<s:XPath xmlns:s="{DS}" xmlns:ds="urn:other">'
        "not(ancestor-or-self::ds:Signature)</s:XPath>",
    ],
)
def test_an_xpath_that_signs_less_than_the_document_is_refused(step):
    algorithm = "http://www.w3.org/TR/1999/REC-xpath-19991116"
    wrapped = f'<ds:Transform Algorithm="{algorithm}">{step}</ds:Transform>'
    references = program.reference("", wrapped) + program.PROPERTIES
    signed = program.enveloped(REQUEST, RSA, references=references)
    assert refusal(signed) == "transform"


@pytest.mark.parametrize(
    "step",
    [
        '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116">'
        "<ds:XPath>false()</ds:XPath></ds:Transform>",
        program.NOT_SIGNATURE,
    ],
    ids=["nothing", "not the signature"],
)
def test_an_enveloping_signature_must_cover_the_request_itself(step):
    assert refusal(program.enveloping(REQUEST, RSA, step=step)) == "transform"


def test_of_a_request_in_xml_not_only_the_text_must_be_covered():
    signed = program.enveloping(REQUEST, RSA).decode()
    step = f'Transform Algorithm="{EXC_C14N}"'
    signed = signed.replace(step, f'Transform Algorithm="{BASE64}"', 1)
    assert refusal(signed.encode()) == "transform"


def test_signed_properties_must_not_be_signed_away():
    away = program.reference(
        "#props", program.NOT_SIGNATURE, kind=SIGNED_PROPERTIES_TYPE
    )
    signed = program.enveloped(REQUEST, RSA, references=program.WHOLE + away)
    assert refusal(signed) == "transform"


@pytest.mark.parametrize(
    "references",
    [
        program.WHOLE + program.reference("#props", program.transform(EXC_C14N)),
        program.WHOLE.replace("URI", f'Type="{SIGNED_PROPERTIES_TYPE}" URI')
        + program.PROPERTIES,
    ],
    ids=["untyped", "mistyped"],
)
def test_the_reference_to_signed_properties_must_be_typed_as_such(references):
    signed = program.enveloped(REQUEST, RSA, references=references)
    assert refusal(signed) == "not_xades"


def test_an_enveloping_signature_must_be_the_whole_file():
    signature = etree.fromstring(program.enveloping(REQUEST, RSA))
    root = etree.Element("Wrapper")
    root.append(signature)
    assert refusal(etree.tostring(root)) == "layout"


def test_a_style_sheet_among_the_transforms_is_refused():
    signed = program.enveloped(REQUEST, RSA).decode()
    signed = signed.replace(ENVELOPED, XSLT)
    assert refusal(signed.encode()) == "transform"


@pytest.mark.parametrize("uri", ["file:///etc/passwd", "http://127.0.0.1:9/x", "x.xml"])
def test_a_reference_out_of_the_file_is_refused_and_not_followed(uri):
    signed = program.enveloped(REQUEST, RSA).decode()
    signed = signed.replace('<ds:Reference URI=""', f'<ds:Reference URI="{uri}"')
    assert refusal(signed.encode()) == "detached"


def test_addresses_in_key_info_are_not_followed(server):
    """KeyInfo is not signed: anyone may write into it."""
    hint = f'<ds:RetrievalMethod URI="{server.url}/key"/>'
    signed = program.enveloped(REQUEST, RSA).decode()
    signed = signed.replace("<ds:KeyInfo>", "<ds:KeyInfo>" + hint)
    assert xades.check_signed_request(signed.encode(), REQUEST).nip == pki.NIP
    assert server.requests == []


def test_a_signature_with_a_shared_secret_is_refused():
    signed = program.enveloped(REQUEST, RSA).decode()
    signed = re.sub(r"[^\"]*#rsa-sha256", DS + "hmac-sha1", signed)
    assert refusal(signed.encode()) == "algorithm"


def test_entities_are_refused():
    bomb = (
        '<!DOCTYPE a [<!ENTITY b "c">]>'
        + program.enveloped(REQUEST, RSA).decode().split("?>", 1)[1]
    )
    with pytest.raises(DocumentError) as caught:
        xades.check_signed_request(bomb.encode(), REQUEST)
    assert caught.value.reason == "entities"


@pytest.mark.parametrize(
    "data, reason",
    [
        (b"%PDF-1.7 ...", "not_xml"),
        (b"PK\x03\x04 an ASiC container", "not_xml"),
        (base64.b64encode(b"p7m"), "not_xml"),
        (b"", "not_xml"),
        (b"<a>" + b" " * 2_000_001, "too_large"),
    ],
)
def test_files_of_other_kinds_are_refused(data, reason):
    with pytest.raises(DocumentError) as caught:
        xades.check_signed_request(data, REQUEST)
    assert caught.value.reason == reason
