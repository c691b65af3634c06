"""Who is let in, and who is not."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from ksef_caller import NIP, OTHER, auth_request, code, sign
from lxml import etree
from signxml import methods
from signxml.xades import XAdESSigner

DS = "{http://www.w3.org/2000/09/xmldsig#}"
XADES = "{http://uri.etsi.org/01903/v1.3.2#}"


def request(caller, **options):
    return auth_request(caller.challenge()["challenge"], **options)


@pytest.mark.parametrize("key", ["ec", "rsa"])
def test_the_owner_of_a_certificate_is_let_in(fresh, key):
    caller = fresh.logged_in(key=key)
    assert caller.rights() == 200


def test_an_enveloping_signature_is_taken(fresh):
    caller = fresh.caller()
    signed = sign(request(caller), *fresh.certificate(), method=methods.enveloping)
    begun = caller.submit(signed)
    assert begun.status_code == 202, begun.text
    assert caller.outcome(begun.json())["code"] == 200


XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
FILTER2 = "http://www.w3.org/2002/06/xmldsig-filter2"


class OtherTransform(XAdESSigner):
    """Leaves the signature out in another way than `enveloped-signature`."""

    algorithm = expression = None

    def _build_transforms_for_reference(self, *, transforms_node, **options):
        super()._build_transforms_for_reference(
            transforms_node=transforms_node, **options
        )
        transform = transforms_node[0]
        transform.set("Algorithm", self.algorithm)
        etree.SubElement(transform, f"{DS}XPath").text = self.expression


@pytest.mark.parametrize(
    "algorithm, expression, expected",
    [
        (XPATH, "not(ancestor-or-self::ds:Signature)", 202),
        (FILTER2, " /descendant::ds:Signature ", 202),
        (XPATH, "not(ancestor-or-self::ds:Other)", 9105),
        ("http://www.w3.org/TR/1999/REC-xslt-19991116", "", 9105),
    ],
)
def test_programs_leave_the_signature_out_in_several_ways(
    fresh, algorithm, expression, expected
):
    caller = fresh.caller()
    certificate, key = fresh.certificate(key="rsa")
    signer = OtherTransform(method=methods.enveloped, signature_algorithm="rsa-sha256")
    signer.algorithm, signer.expression = algorithm, expression
    root = etree.fromstring(request(caller))
    signed = signer.sign(root, key=key, cert=[certificate])
    assert code(caller.submit(etree.tostring(signed))) == expected


def test_a_login_is_in_progress_before_it_is_done(fresh):
    caller = fresh.caller()
    begun = caller.begin(*fresh.certificate())
    token = begun["authenticationToken"]["token"]
    path = f"/auth/{begun['referenceNumber']}"
    seen = [caller.get(path, token=token).json()["status"]["code"] for _ in range(2)]
    assert seen == [100, 200]


def test_tokens_are_not_given_before_the_login_is_done(fresh):
    caller = fresh.caller()
    assert code(caller.redeem(caller.begin(*fresh.certificate()))) == 21301


def test_tokens_are_given_once(fresh):
    caller = fresh.caller()
    begun = caller.begin(*fresh.certificate())
    caller.outcome(begun)
    assert caller.redeem(begun).status_code == 200
    assert code(caller.redeem(begun)) == 21301


def test_a_challenge_serves_once(fresh):
    caller = fresh.caller()
    signed = sign(request(caller), *fresh.certificate())
    assert caller.submit(signed).status_code == 202
    assert code(caller.submit(signed)) == 21111


def test_a_challenge_ends_after_ten_minutes(fresh):
    caller = fresh.caller()
    signed = sign(request(caller), *fresh.certificate())
    fresh.control("POST", "/clock", {"offset": 601})
    assert code(caller.submit(signed)) == 21111


def test_an_invented_challenge_is_refused(fresh):
    document = auth_request("20260101-CR-20F5EE4000-DA48AE4124-46")
    assert code(fresh.caller().submit(sign(document, *fresh.certificate()))) == 21111


def test_a_document_without_signature_is_refused(fresh):
    caller = fresh.caller()
    assert code(caller.submit(request(caller))) == 9102


def test_changed_content_is_found(fresh):
    caller = fresh.caller()
    signed = sign(request(caller), *fresh.certificate())
    assert code(caller.submit(signed.replace(NIP.encode(), OTHER.encode(), 1))) == 9105


def test_several_signatures_are_too_many(fresh):
    caller = fresh.caller()
    root = etree.fromstring(sign(request(caller), *fresh.certificate()))
    root.append(etree.fromstring(etree.tostring(root.find(f"{DS}Signature"))))
    assert code(caller.submit(etree.tostring(root))) == 9103


def test_a_detached_signature_is_refused(fresh):
    caller = fresh.caller()
    document = etree.fromstring(request(caller))
    document.set("Id", "request")
    signed = sign(
        etree.tostring(document), *fresh.certificate(), method=methods.enveloping
    )
    signature = etree.fromstring(signed)
    envelope = etree.Element("Envelope")
    inside = signature.find(f".//{{{etree.QName(document).namespace}}}AuthTokenRequest")
    envelope.append(inside)
    envelope.append(signature)
    assert code(caller.submit(etree.tostring(envelope))) == 9101


def test_a_signature_alone_is_refused(fresh):
    caller = fresh.caller()
    signed = etree.fromstring(sign(request(caller), *fresh.certificate()))
    alone = etree.tostring(signed.find(f"{DS}Signature"))
    assert code(caller.submit(alone)) == 9105


def test_a_second_request_inside_is_refused(fresh):
    """Wrapping: what is read must be what was signed."""
    caller = fresh.caller()
    root = etree.fromstring(sign(request(caller), *fresh.certificate()))
    root.find(f"{DS}Signature").find(f"{DS}Object").append(
        etree.fromstring(request(caller, nip=OTHER))
    )
    assert code(caller.submit(etree.tostring(root))) == 9101


class WrongDigest(XAdESSigner):
    """Names another certificate in SigningCertificate."""

    def add_signing_certificate(self, properties, sig_root, signing_settings):
        super().add_signing_certificate(properties, sig_root, signing_settings)
        value = next(properties.iter(f"{DS}DigestValue"))
        value.text = base64.b64encode(b"x" * 32).decode()


class NoDigest(XAdESSigner):
    """Leaves SigningCertificate out."""

    def add_signing_certificate(self, properties, sig_root, signing_settings):
        pass


@pytest.mark.parametrize("signer", [WrongDigest, NoDigest])
def test_signing_certificate_must_be_named_rightly(fresh, signer):
    caller = fresh.caller()
    certificate, key = fresh.certificate(key="rsa")
    signed = signer(method=methods.enveloped, signature_algorithm="rsa-sha256").sign(
        etree.fromstring(request(caller)), key=key, cert=[certificate]
    )
    assert code(caller.submit(etree.tostring(signed))) == 9105


def test_ecdsa_in_der_is_refused(fresh):
    caller = fresh.caller()
    root = etree.fromstring(sign(request(caller), *fresh.certificate()))
    value = next(root.iter(f"{DS}SignatureValue"))
    raw = base64.b64decode(value.text)
    numbers = [int.from_bytes(half, "big") for half in (raw[:32], raw[32:])]
    value.text = base64.b64encode(encode_dss_signature(*numbers)).decode()
    assert code(caller.submit(etree.tostring(root))) == 9105


def test_short_rsa_keys_are_refused(fresh):
    caller = fresh.caller()
    signed = sign(request(caller), *fresh.certificate(key="rsa", bits=1024))
    assert code(caller.submit(signed)) == 21115


@pytest.mark.parametrize(
    "change, expected",
    [
        (lambda text: text.replace("Challenge>", "Czelendz>"), 21401),
        (lambda text: text.replace(NIP, "123"), 21401),
        (lambda text: text.replace("certificateSubject", "subject"), 21401),
    ],
)
def test_a_document_against_its_schema_is_refused(fresh, change, expected):
    caller = fresh.caller()
    changed = change(request(caller).decode()).encode()
    assert code(caller.submit(sign(changed, *fresh.certificate()))) == expected


@pytest.mark.parametrize(
    "content, expected",
    [
        (b"", 21001),
        (b"not xml", 21001),
        (b"<a>\xff</a>", 21217),
        (b"<?xml version='1.0' encoding='iso-8859-2'?><a/>", 21217),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", 9101),
    ],
)
def test_what_cannot_be_read_is_refused(fresh, content, expected):
    assert code(fresh.caller().submit(content)) == expected


def test_a_stranger_needs_a_permission(fresh):
    caller = fresh.caller()
    stranger = fresh.certificate(OTHER)
    assert caller.outcome(caller.begin(*stranger, nip=NIP))["code"] == 415
    fresh.control(
        "POST",
        "/permissions",
        {"nip": NIP, "subject_nip": OTHER, "permissions": ["InvoiceRead"]},
    )
    caller.login(*stranger, nip=NIP)
    answer = caller.open().answer
    assert answer.status_code == 403
    body = answer.json()
    assert body["reasonCode"] == "missing-permissions"
    assert body["security"]["presentPermissions"] == ["InvoiceRead"]


def test_a_permission_for_a_fingerprint_counts(fresh):
    caller = fresh.caller()
    certificate, key = fresh.certificate(OTHER, self_signed=True)
    fingerprint = certificate.fingerprint(certificate.signature_hash_algorithm)
    body = {
        "contextIdentifier": {"type": "Nip", "value": NIP},
        "authorizedIdentifier": {
            "type": "Fingerprint",
            "value": fingerprint.hex().upper(),
        },
        "permissions": [
            {"permissionType": "InvoiceWrite", "description": "for the tests"}
        ],
    }
    assert caller.post("/testdata/permissions", body).status_code == 200
    begun = caller.begin(certificate, key, kind="certificateFingerprint")
    assert caller.outcome(begun)["code"] == 200


@pytest.mark.parametrize(
    "options",
    [
        {"days": -1},
        {"not_before_days": 2},
        {"usage": "offline"},
    ],
)
def test_a_certificate_that_does_not_count_is_refused(fresh, options):
    caller = fresh.caller()
    assert caller.outcome(caller.begin(*fresh.certificate(**options)))["code"] == 460


@pytest.mark.parametrize("status", ["Revoked", "Blocked"])
def test_a_certificate_that_was_ended_is_refused(fresh, status):
    certificate, key = fresh.certificate()
    path = f"/certificates/{certificate.serial_number:016X}"
    fresh.control("POST", path, {"status": status})
    caller = fresh.caller()
    assert caller.outcome(caller.begin(certificate, key))["code"] == 460
    fresh.control("POST", path, {"status": "Active"})
    caller.login(certificate, key)


def test_self_signed_certificates_are_for_test_environments_only(fresh):
    caller = fresh.caller()
    pair = fresh.certificate(self_signed=True)
    assert caller.outcome(caller.begin(*pair))["code"] == 200
    fresh.knobs(accept_self_signed=False)
    assert caller.outcome(caller.begin(*pair))["code"] == 460


def test_a_blocked_context_lets_nobody_in(fresh):
    caller = fresh.caller()
    context = {"contextIdentifier": {"type": "Nip", "value": NIP}}
    assert caller.post("/testdata/context/block", context).status_code == 200
    assert caller.outcome(caller.begin(*fresh.certificate()))["code"] == 480
    caller.post("/testdata/context/unblock", context)
    caller.login(*fresh.certificate())


def test_a_person_owns_the_nip_that_test_data_links(fresh):
    caller = fresh.caller()
    person = {
        "nip": NIP,
        "pesel": "44051401359",
        "isBailiff": False,
        "description": "Jan Testowy",
    }
    pair = fresh.certificate(nip=None, pesel="44051401359", name="Jan Testowy")
    assert caller.outcome(caller.begin(*pair))["code"] == 415
    assert caller.post("/testdata/person", person).status_code == 200
    assert code(caller.post("/testdata/person", person)) == 30001
    assert caller.outcome(caller.begin(*pair))["code"] == 200


def test_addresses_can_be_limited(fresh):
    policy = (
        "<AuthorizationPolicy><AllowedIps><Ip4Range>10.0.0.1-10.0.0.9</Ip4Range>"
        "</AllowedIps></AuthorizationPolicy>"
    )
    caller = fresh.caller()
    begun = caller.begin(*fresh.certificate(), more=policy)
    token = begun["authenticationToken"]["token"]
    answer = caller.get(f"/auth/{begun['referenceNumber']}", token=token)
    assert (answer.status_code, answer.json()["reasonCode"]) == (403, "ip-not-allowed")
    assert answer.json()["security"]["clientIp"] == "127.0.0.1"
