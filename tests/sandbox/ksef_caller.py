"""A small caller of KSeF for these tests; shares nothing with the add-on's client."""

import base64
import hashlib
import json
import os
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, padding, serialization
from cryptography.hazmat.primitives.asymmetric import padding as rsa_padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from invoice_xml import invoice as small_invoice
from lxml import etree
from signxml import methods
from signxml.xades import XAdESSigner

ROOT = Path(__file__).parents[2]
NIP, OTHER = "5265877635", "1234563218"
AUTH = "http://ksef.mf.gov.pl/auth/token/2.1"
OAEP = rsa_padding.OAEP(rsa_padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
FA3 = {"systemCode": "FA (3)", "schemaVersion": "1-0E", "value": "FA"}


def b64(data):
    return base64.b64encode(data).decode()


def sha(data):
    return b64(hashlib.sha256(data).digest())


def today():
    """The legal day."""
    return datetime.now(ZoneInfo("Europe/Warsaw")).date()


def invoice(number="FV/1", seller=NIP, buyer=OTHER, day=None, **replaced):
    """An invoice; `replaced` maps a name of an element to its new content."""
    xml = small_invoice(number, seller, buyer, day or today()).decode()
    for name, content in replaced.items():
        start, end = xml.index(f"<{name}>") + len(name) + 2, xml.index(f"</{name}>")
        xml = xml[:start] + content + xml[end:]
    return xml.encode()


class Process:
    """A sandbox in its own process."""

    contract = None

    def __init__(self, *options, check=True):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sandbox", "--exit-with-parent", *options],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=None if check else subprocess.PIPE,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        line = self.process.stdout.readline()
        assert line or not check, "the sandbox did not start"
        self.ready = json.loads(line or "{}")

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def control(self, method, path, body=None):
        """An order on the control port."""
        url = self.ready["control_url"] + path
        answer = requests.request(method, url, json=body, timeout=300)
        assert answer.ok, answer.text
        return answer.json()

    def knobs(self, **values):
        self.control("POST", "/knobs", values)

    def certificate(self, nip=NIP, **options):
        """(certificate, key) of a taxpayer, as the MCU gives them."""
        order = {"nip": nip, "name": "Firma", "password": "haslo", **options}
        made = self.control("POST", "/certificates", order)
        key = serialization.load_pem_private_key(made["key_pem"].encode(), b"haslo")
        certificate = x509.load_pem_x509_certificate(made["certificate_pem"].encode())
        return certificate, key

    def token(self, nip=NIP, **options):
        return self.control("POST", "/tokens", {"nip": nip, **options})

    def issue(self, xml, **options):
        order = {"xml_b64": b64(xml), **options}
        return self.control("POST", "/invoices", order)["ksef_number"]

    def ledger(self, nip=NIP):
        return self.control("GET", f"/ledger?nip={nip}")["invoices"]

    def caller(self):
        return Caller(self)

    def watch(self, contract):
        """From now on compare answers with KSeF's contract; see `judged`."""
        self.contract, self.seen, self.faults = contract, set(), []

    def judged(self, method, path, answer):
        """Note what the contract has against an answer.

        Not judged: what is no answer of KSeF's (by order of a test, or no such
        address), and what an older contract says.
        """
        if self.contract is None or answer.status_code in (404, 405, 500, 502, 503):
            return
        if found := self.contract.operation(method, path.split("?")[0]):
            template, operation = found
            self.seen.add((method, template, answer.status_code))
            mimetype = answer.headers.get("Content-Type", "").split(";")[0]
            for fault in self.contract.faults(
                operation, answer.status_code, mimetype, answer.content
            ):
                self.faults.append(f"{method} {template} {answer.status_code}: {fault}")

    def logged_in(self, nip=NIP, **options):
        """A caller that logged in with a certificate."""
        caller = self.caller()
        caller.login(*self.certificate(nip, **options), nip=nip)
        return caller


def auth_request(challenge, nip=NIP, kind="certificateSubject", more=""):
    """An AuthTokenRequest, not signed."""
    return (
        f'<AuthTokenRequest xmlns="{AUTH}"><Challenge>{challenge}</Challenge>'
        f"<ContextIdentifier><Nip>{nip}</Nip></ContextIdentifier>"
        f"<SubjectIdentifierType>{kind}</SubjectIdentifierType>{more}"
        "</AuthTokenRequest>"
    ).encode()


def sign(xml, certificate, key, method=methods.enveloped, **options):
    """XAdES by `signxml`; `options` go to its signer."""
    is_ec = hasattr(key, "curve")
    algorithm = "ecdsa-sha256" if is_ec else "rsa-sha256"
    signer = XAdESSigner(method=method, signature_algorithm=algorithm, **options)
    root = etree.fromstring(xml) if isinstance(xml, bytes) else xml
    signed = signer.sign(root, key=key, cert=[certificate])
    return etree.tostring(signed, xml_declaration=True, encoding="utf-8")


class Caller:
    """Speaks HTTP to a sandbox; `access` is the token it shows."""

    def __init__(self, process):
        self.process = process
        self.url = process.ready["api_url"]
        self.access = self.refresh = None
        self.http = requests.Session()

    def call(self, method, path, token=..., problem=False, headers=None, **options):
        """One request; returns the answer whatever it is."""
        headers = dict(headers or {})
        token = self.access if token is ... else token
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if problem:
            headers["X-Error-Format"] = "problem-details"
        url = path if path.startswith("http") else self.url + path
        answer = self.http.request(method, url, headers=headers, timeout=300, **options)
        self.process.judged(method, path, answer)
        return answer

    def get(self, path, **options):
        return self.call("GET", path, **options)

    def post(self, path, body=None, **options):
        return self.call("POST", path, json=body, **options)

    # Logging in

    def challenge(self):
        return self.post("/auth/challenge").json()

    def submit(self, signed):
        """Send a signed document; returns the answer."""
        return self.call(
            "POST",
            "/auth/xades-signature",
            token=None,
            data=signed,
            headers={"Content-Type": "application/xml"},
        )

    def begin(self, certificate, key, nip=NIP, **options):
        """Begin a login with a certificate; returns the answer's content."""
        request = auth_request(self.challenge()["challenge"], nip, **options)
        answer = self.submit(sign(request, certificate, key))
        assert answer.status_code == 202, answer.text
        return answer.json()

    def outcome(self, begun):
        """The last status of a login."""
        token = begun["authenticationToken"]["token"]
        return until(
            lambda: self.get(f"/auth/{begun['referenceNumber']}", token=token).json(),
            lambda found: found["status"]["code"] != 100,
        )["status"]

    def redeem(self, begun):
        token = begun["authenticationToken"]["token"]
        return self.post("/auth/token/redeem", token=token)

    def login(self, certificate, key, nip=NIP):
        self._finish(self.begin(certificate, key, nip))

    def token_body(self, token, nip=NIP, usage="KsefTokenEncryption", **changed):
        """The body of a login with a KSeF token."""
        challenge = self.challenge()
        key = self.public_key(usage)
        plain = f"{token}|{changed.pop('ms', challenge['timestampMs'])}".encode()
        return {
            "challenge": challenge["challenge"],
            "contextIdentifier": {"type": "Nip", "value": nip},
            "encryptedToken": b64(key.public_key().encrypt(plain, OAEP)),
            **changed,
        }

    def login_with_token(self, token, nip=NIP):
        answer = self.post("/auth/ksef-token", self.token_body(token, nip))
        self._finish(answer.json())

    def _finish(self, begun):
        assert self.outcome(begun)["code"] == 200, self.outcome(begun)
        pair = self.redeem(begun).json()
        self.access = pair["accessToken"]["token"]
        self.refresh = pair["refreshToken"]["token"]

    def public_key(self, usage):
        """The certificate of the newest key for a usage."""
        found = self.get("/security/public-key-certificates", token=None).json()
        newest = max(
            (item for item in found if usage in item["usage"]),
            key=lambda item: item["validFrom"],
        )
        return x509.load_der_x509_certificate(base64.b64decode(newest["certificate"]))

    # Sending

    def open(self, **options):
        return Session(self, **options)

    def rights(self):
        return code(self.get("/rate-limits"))


def aes(data, key, vector):
    """AES-256-CBC with PKCS#7."""
    padder = padding.PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
    padded = padder.update(data) + padder.finalize()
    return encryptor.update(padded) + encryptor.finalize()


def unaes(data, key, vector):
    """The reverse of `aes`."""
    decryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor()
    padded = decryptor.update(data) + decryptor.finalize()
    unpadder = padding.PKCS7(128).unpadder()
    return unpadder.update(padded) + unpadder.finalize()


class Session:
    """An interactive session."""

    def __init__(self, caller, usage="SymmetricKeyEncryption", form=FA3, **encryption):
        self.caller = caller
        self.key, self.vector = os.urandom(32), os.urandom(16)
        body = {"formCode": form, "encryption": self.encryption(usage, **encryption)}
        self.answer = caller.post("/sessions/online", body)
        self.reference = self.answer.json().get("referenceNumber")

    def encryption(self, usage="SymmetricKeyEncryption", **more):
        wrapped = self.caller.public_key(usage).public_key().encrypt(self.key, OAEP)
        return {
            "encryptedSymmetricKey": b64(wrapped),
            "initializationVector": b64(self.vector),
            **more,
        }

    def body(self, xml, key=None, **changed):
        secret = aes(xml, key or self.key, self.vector)
        return {
            "invoiceHash": sha(xml),
            "invoiceSize": len(xml),
            "encryptedInvoiceHash": sha(secret),
            "encryptedInvoiceSize": len(secret),
            "encryptedInvoiceContent": b64(secret),
            **changed,
        }

    def post(self, xml, **changed):
        """Send an invoice; returns the answer."""
        path = f"/sessions/online/{self.reference}/invoices"
        return self.caller.post(path, self.body(xml, **changed))

    def send(self, xml, **changed):
        """Send an invoice; returns its last state."""
        answer = self.post(xml, **changed)
        assert answer.status_code == 202, answer.text
        return self.state(answer.json()["referenceNumber"])

    def state(self, reference):
        path = f"/sessions/{self.reference}/invoices/{reference}"
        return until(
            lambda: self.caller.get(path).json(),
            lambda found: found["status"]["code"] >= 200,
        )

    def close(self):
        """Close; returns the last status of the session."""
        path = f"/sessions/online/{self.reference}/close"
        assert self.caller.post(path).status_code == 204
        return self.finished()

    def finished(self):
        return until(
            lambda: self.caller.get(f"/sessions/{self.reference}").json(),
            lambda found: found["status"]["code"] not in (100, 150, 170),
        )


def until(ask, done, tries=3000):
    """Ask until the answer is final."""
    for _try in range(tries):
        found = ask()
        if done(found):
            return found
        time.sleep(0.02)
    raise AssertionError(f"still {found}")


def code(answer):
    """The HTTP status, and the first code of a 400."""
    if answer.status_code != 400:
        return answer.status_code
    body = answer.json()
    if "errors" in body:
        return body["errors"][0]["code"]
    return body["exception"]["exceptionDetailList"][0]["exceptionCode"]
