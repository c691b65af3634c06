"""What another team's client, written for the real KSeF, can do with the sandbox."""

import base64
import urllib.request
import uuid
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from conftest import CONTEXT, NIP, QUICK, login, until
from cryptography.hazmat.primitives import serialization
from invoice_xml import invoice
from ksef_client import KsefClient, KsefClientOptions
from ksef_client import models as m
from ksef_client.services.crypto import build_encryption_data, sha256_base64
from ksef_client.services.csr import generate_csr_ec
from ksef_client.services.verification_link import VerificationLinkService
from ksef_client.services.workflows import (
    AuthCoordinator,
    BatchSessionWorkflow,
    ExportWorkflow,
    OnlineSessionWorkflow,
)
from ksef_client.utils.zip_utils import build_tar_gz, build_zip

OTHER = "1234563218"
FA3 = m.FormCode(system_code="FA (3)", schema_version="1-0E", value="FA")


def public_key(client, usage):
    return client.security.get_public_key_certificate_pem(usage)


def new_invoice(seller=NIP, buyer=OTHER):
    today = datetime.now(ZoneInfo("Europe/Warsaw")).date()
    return invoice(f"FV/{uuid.uuid4().hex[:8]}", seller, buyer, today)


@pytest.mark.parametrize("key", ["ec", "rsa"])
def test_it_logs_in_with_a_certificate(sandbox, client, key):
    pair = login(sandbox, client, key=key)
    fresh = client.auth.refresh_access_token(pair.refresh_token)
    sessions = client.auth.get_active_sessions(access_token=fresh.access_token.token)
    assert [session.is_current for session in sessions.items] == [True]
    client.auth.revoke_current_session(fresh.access_token.token)
    with pytest.raises(Exception, match="API error"):
        client.auth.refresh_access_token(pair.refresh_token)


def test_it_logs_in_with_a_ksef_token(sandbox, client):
    made = sandbox.order("/tokens", nip=NIP)
    pair = AuthCoordinator(client.auth).authenticate_with_ksef_token(
        token=made["token"],
        public_certificate=public_key(client, "KsefTokenEncryption"),
        **CONTEXT,
        **QUICK,
    )
    assert client.limits.get_context_limits(pair.access_token).online_session


def test_it_reads_limits(sandbox, client, access):
    sandbox.order("/knobs", rate_limits="production")
    limits = client.rate_limits.get_rate_limits(access)
    assert limits.invoice_send.per_hour == 180
    assert client.limits.get_subject_limits(access).certificate.max_certificates == 100


def test_it_sends_an_invoice_and_reads_its_receipt(client, access):
    session = OnlineSessionWorkflow(client.sessions).open_session(
        form_code=FA3,
        public_certificate=public_key(client, "SymmetricKeyEncryption"),
        access_token=access,
    )
    xml = new_invoice()
    sent = session.send_invoice(xml)
    state = until(
        lambda: session.get_invoice_status(sent.reference_number),
        lambda found: found.status.code >= 200,
    )
    assert (state.status.code, state.invoice_hash) == (200, sha256_base64(xml))
    receipt = session.get_invoice_upo_by_ref(sent.reference_number)
    assert state.ksef_number in _text(receipt)
    by_number = session.get_invoice_upo_by_ksef(state.ksef_number)
    assert _text(by_number) == _text(receipt)
    by_address = client.http_client.request(
        "GET", state.upo_download_url, skip_auth=True
    )
    assert by_address.content.decode() == _text(receipt)
    session.close()
    done = until(session.get_status, lambda found: found.status.code not in (100, 170))
    assert (done.status.code, done.successful_invoice_count) == (200, 1)
    page = session.get_upo(done.upo.pages[0].reference_number)
    assert state.ksef_number in _text(page)


def _text(content):
    """Documents come as text, bytes, or an object that holds them."""
    content = getattr(content, "content", content)
    return content.decode() if isinstance(content, bytes) else content


def test_it_finds_and_downloads_an_invoice(sandbox, client, access):
    xml = new_invoice(OTHER, NIP)
    number = sandbox.order("/invoices", xml_b64=base64.b64encode(xml).decode())
    begin = datetime.now(timezone.utc) - timedelta(days=1)
    page = client.invoices.query_invoice_metadata_by_date_range(
        subject_type="Subject2",
        date_type="PermanentStorage",
        date_from=begin.isoformat(),
        access_token=access,
        page_size=10,
    )
    (found,) = page.invoices
    assert found.ksef_number == number["ksef_number"]
    downloaded = client.invoices.get_invoice_bytes(
        found.ksef_number, access_token=access
    )
    assert downloaded.content == xml
    assert downloaded.sha256_base64 == found.invoice_hash == sha256_base64(xml)


def test_it_makes_and_revokes_a_ksef_token(client, access):
    made = client.tokens.generate_token(
        m.GenerateTokenRequest(permissions=["InvoiceRead"], description="for tests"),
        access_token=access,
    )

    def state():
        return client.tokens.get_token_status(
            made.reference_number, access_token=access
        ).status

    until(state, lambda found: found == "Active")
    client.tokens.revoke_token(made.reference_number, access_token=access)
    until(state, lambda found: found == "Revoked")


def test_it_sends_a_batch(sandbox, client, access):
    files = {f"{n}.xml": new_invoice() for n in range(3)}
    for pack, kind in ((build_zip, "Zip"), (build_tar_gz, "TarGz")):
        again = {name: new_invoice() for name in files}
        reference = BatchSessionWorkflow(
            client.sessions, client.http_client
        ).open_upload_and_close(
            form_code=FA3,
            archive_bytes=pack(again),
            compression_type=kind,
            public_certificate=public_key(client, "SymmetricKeyEncryption"),
            access_token=access,
        )
        status = until(
            lambda reference=reference: client.sessions.get_session_status(
                reference, access_token=access
            ),
            lambda found: found.status.code not in (100, 150),
        )
        assert (status.status.code, status.successful_invoice_count) == (200, 3)


def test_it_exports_invoices(sandbox, client, access):
    files = [new_invoice(OTHER, NIP) for _count in range(3)]
    for xml in files:
        sandbox.order("/invoices", xml_b64=base64.b64encode(xml).decode())
    begin = datetime.now(timezone.utc) - timedelta(days=1)
    key = build_encryption_data(public_key(client, "SymmetricKeyEncryption"))
    ordered = client.invoices.export_invoices(
        m.InvoiceExportRequest(
            encryption=key.encryption_info,
            filters=m.InvoiceQueryFilters(
                subject_type=m.InvoiceQuerySubjectType.SUBJECT2,
                date_range=m.InvoiceQueryDateRange(
                    date_type=m.InvoiceQueryDateType.PERMANENTSTORAGE,
                    from_=begin.isoformat(),
                ),
            ),
        ),
        access_token=access,
    )
    status = until(
        lambda: client.invoices.get_export_status(
            ordered.reference_number, access_token=access
        ),
        lambda found: found.status.code != 100,
    )
    found = ExportWorkflow(
        client.invoices, client.http_client
    ).download_and_process_package(status.package, key)
    assert sorted(found.invoice_xml_files.values()) == sorted(
        xml.decode() for xml in files
    )
    assert len(found.metadata_summaries) == 3


def test_it_gets_a_certificate_and_its_link_verifies(sandbox, client, access):
    data = client.certificates.get_enrollment_data(access)
    made = generate_csr_ec(data.to_dict())
    ordered = client.certificates.send_enrollment(
        m.EnrollCertificateRequest(
            certificate_name="Certyfikat offline",
            certificate_type=m.KsefCertificateType.OFFLINE,
            csr=made.csr_base64,
        ),
        access_token=access,
    )
    status = until(
        lambda: client.certificates.get_enrollment_status(
            ordered.reference_number, access_token=access
        ),
        lambda found: found.status.code != 100,
    )
    key = serialization.load_der_private_key(
        base64.b64decode(made.private_key_base64), None
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    xml = new_invoice()
    number = sandbox.order("/invoices", xml_b64=base64.b64encode(xml).decode())
    links = VerificationLinkService(
        KsefClientOptions(base_url="https://x", base_qr_url=sandbox.ready["qr_url"])
    )
    today = datetime.now(ZoneInfo("Europe/Warsaw")).date()
    of_invoice = links.build_invoice_verification_url(NIP, today, sha256_base64(xml))
    assert number["ksef_number"] in page(of_invoice)
    of_certificate = links.build_certificate_verification_url(
        seller_nip=NIP,
        context_identifier_type="Nip",
        context_identifier_value=NIP,
        certificate_serial=status.certificate_serial_number,
        invoice_hash=sha256_base64(xml),
        private_key_pem=pem.decode(),
    )
    assert 'data-result="verified"' in page(of_certificate)


def page(url):
    """A page for people."""
    with urllib.request.urlopen(url, timeout=300) as answer:
        return answer.read().decode()


def test_it_reads_latarnia(sandbox):
    options = KsefClientOptions(
        base_url=sandbox.ready["tls_url"],
        base_lighthouse_url=sandbox.ready["latarnia_url"],
    )
    with KsefClient(options) as client:
        assert client.lighthouse.get_status().status.value == "AVAILABLE"
        sandbox.order("/latarnia", status="FAILURE")
        assert client.lighthouse.get_status().status.value == "FAILURE"
        (message,) = client.lighthouse.get_messages()
        assert message.category.value == "FAILURE"
