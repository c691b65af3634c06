import base64
from datetime import datetime, timedelta

from asn1crypto import keys, pem
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import KsefCase

OTHER_USAGES = dict.fromkeys(
    (
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    ),
    False,
)


def own_certificate(name="Firma", signs=None, confirms=None, issuer="CA"):
    """Return (certificate, key) as files; both usages None: it does not say."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    today = datetime.now()
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=2))
        .not_valid_after(today + timedelta(days=90))
    )
    if signs is not None:
        usage = x509.KeyUsage(signs, confirms, **OTHER_USAGES)
        builder = builder.add_extension(usage, critical=True)
    pem_key = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    certificate = builder.sign(key, hashes.SHA256())
    return certificate.public_bytes(serialization.Encoding.PEM), pem_key


@tagged("post_install_l10n", "post_install", "-at_install")
class TestHostileEntries(KsefCase):
    """What people, or others in their name, type and upload: a sentence, no harm."""

    def upload_files(self, certificate, key, **values):
        return self.upload(
            certificate_file=base64.b64encode(certificate),
            key_file=base64.b64encode(key),
            password=False,
            **values,
        )

    def assertRefused(self, sentence, window):
        with self.assertRaisesRegex(UserError, sentence):
            window.action_add()
        self.assertFalse(self.env["l10n_pl_ksef.certificate"].search([]))

    def test_a_key_that_makes_the_library_panic_is_refused_with_a_sentence(self):
        given = self.sandbox.certificate(self.nip)
        _kind, _headers, der = pem.unarmor(given["key_pem"].encode())
        info = keys.EncryptedPrivateKeyInfo.load(der)
        parameters = info["encryption_algorithm"]["parameters"]
        parameters["key_derivation_func"]["parameters"]["iteration_count"] = 0
        key = base64.b64encode(info.dump(force=True))
        self.assertRefused("file is damaged", self.upload(key_file=key))

    def test_a_certificate_without_key_usage_can_log_in(self):
        self.upload_files(*own_certificate()).action_add()
        added = self.env["l10n_pl_ksef.certificate"].search([])
        self.assertEqual(added.type, "authentication")

    def test_a_certificate_with_both_key_usages_can_log_in(self):
        self.upload_files(*own_certificate(signs=True, confirms=True)).action_add()
        added = self.env["l10n_pl_ksef.certificate"].search([])
        self.assertEqual(added.type, "authentication")

    def test_a_certificate_that_does_not_say_is_no_offline_one(self):
        window = self.upload_files(*own_certificate(), type="offline")
        self.assertRefused("authentication certificate", window)

    def test_a_certificate_for_encrypting_is_refused(self):
        files = own_certificate(signs=False, confirms=False)
        self.assertRefused("not made for signing", self.upload_files(*files))

    def test_a_name_with_control_characters_can_be_stored_and_shown(self):
        files = own_certificate("Firma\x00\x1b[31m\N{RIGHT-TO-LEFT OVERRIDE}xcod")
        self.upload_files(*files).action_add()
        added = self.env["l10n_pl_ksef.certificate"].search([])
        self.assertTrue((added.name + added.subject + added.issuer).isprintable())

    def test_an_issuer_that_no_signature_can_name_is_refused(self):
        files = own_certificate(issuer="CA\x1b[31m")
        self.assertRefused("file is damaged", self.upload_files(*files))

    def test_a_file_of_many_megabytes_is_not_even_kept(self):
        huge = base64.b64encode(bytes(6_000_000))
        for name in ("certificate_file", "key_file"):
            with self.assertRaisesRegex(UserError, "too long"):
                self.upload(**{name: huge})

    def test_a_token_of_200_kb_is_refused_at_entry(self):
        for token in ("a" * 200_000, "two words", "\N{SNOWMAN}"):
            window = self.env["l10n_pl_ksef.connect"].create(
                {
                    "company_id": self.company.id,
                    "environment": "test",
                    "method": "token",
                    "token": token,
                }
            )
            with self.assertRaisesRegex(UserError, "no KSeF token"):
                window.action_next()
        self.assertFalse(self.company._l10n_pl_ksef_connection())
