import base64

from cryptography.hazmat.primitives import serialization

from odoo.tests import tagged

from ..common import KsefCase, make_nip


@tagged("post_install_l10n", "post_install", "-at_install")
class TestTakeOverCredentials(KsefCase):
    """What ``l10n_pl_edi`` keeps in the clear; `./dev test takeover` has the rest."""

    def give(self, company, **options):
        """Let ``l10n_pl_edi`` have a certificate and tokens of ``company``."""
        given = self.sandbox.certificate(self.nip, **options)
        key = serialization.load_pem_private_key(
            given["key_pem"].encode(), given["password"].encode()
        )
        clear = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        private = self.env["certificate.key"].create(
            {
                "name": "klucz",
                "content": base64.b64encode(clear),
                "company_id": company.id,
            }
        )
        pem = given["certificate_pem"].encode()
        company.l10n_pl_edi_certificate = self.env["certificate.certificate"].create(
            {
                "name": "certyfikat",
                "content": base64.b64encode(pem),
                "private_key_id": private.id,
                "company_id": company.id,
            }
        )
        company.l10n_pl_edi_access_token = "access-in-the-clear"
        company.l10n_pl_edi_refresh_token = "refresh-in-the-clear"
        self.env["ir.config_parameter"].set_param("l10n_pl_edi_ksef.mode", "test")
        return company.l10n_pl_edi_certificate

    def take_over(self):
        self.env["res.company"]._l10n_pl_ksef_take_over()

    def assertErased(self, company):
        self.assertFalse(company.l10n_pl_edi_access_token)
        self.assertFalse(company.l10n_pl_edi_refresh_token)

    def test_the_certificate_goes_into_the_vault_and_connects(self):
        clear = self.give(self.company)
        key = clear.private_key_id
        self.take_over()
        connection = self.company._l10n_pl_ksef_connection()
        self.assertEqual((connection.environment, connection.nip), ("test", self.nip))
        connection._advance_authorisation()
        self.assertIn(connection.state, ("processing", "connected"))
        self.assertTrue(connection.certificate_id.key_sealed)
        self.assertFalse(clear.exists())
        self.assertFalse(key.exists())
        self.assertErased(self.company)

    def test_done_again_it_changes_nothing(self):
        self.give(self.company)
        self.take_over()
        connection = self.company._l10n_pl_ksef_connection()
        self.take_over()
        self.assertEqual(self.company._l10n_pl_ksef_connection(), connection)
        self.assertEqual(len(self.env["l10n_pl_ksef.certificate"].search([])), 1)

    def test_a_certificate_that_cannot_be_used_stays_and_the_tokens_go(self):
        clear = self.give(self.company, not_before_days=-10, days=5)
        self.take_over()
        self.assertFalse(self.company._l10n_pl_ksef_connection())
        self.assertEqual(self.company.l10n_pl_edi_certificate, clear)
        self.assertErased(self.company)

    def test_a_certificate_that_something_else_uses_is_left_there(self):
        clear = self.give(self.company)
        other = self.env["certificate.certificate"].create(
            {
                "name": "drugi",
                "content": clear.content,
                "private_key_id": clear.private_key_id.id,
                "company_id": self.company.id,
            }
        )
        key = clear.private_key_id
        self.take_over()
        self.assertTrue(self.company._l10n_pl_ksef_connection())
        self.assertFalse(clear.exists())
        self.assertEqual((other.exists(), key.exists()), (other, key))

    def test_a_connection_that_is_there_stays(self):
        connection = self.connect()
        self.give(self.company)
        self.take_over()
        self.assertEqual(self.company._l10n_pl_ksef_connection(), connection)
        self.assertEqual(connection.state, "connected")

    def test_the_certificate_of_a_branch_connects_its_taxpayer(self):
        branch = self.env["res.company"].create(
            {"name": "Oddział", "parent_id": self.company.id}
        )
        self.give(branch)
        self.take_over()
        connection = branch._l10n_pl_ksef_connection()
        self.assertEqual(connection.company_id, self.company)
        self.assertErased(branch)

    def test_a_company_without_a_nip_keeps_the_certificate_in_the_vault(self):
        self.give(self.company)
        self.company.vat = False
        self.take_over()
        self.assertFalse(self.company._l10n_pl_ksef_connection())
        kept = self.env["l10n_pl_ksef.certificate"].search([])
        self.assertEqual((len(kept), kept.company_id), (1, self.company))

    def test_the_environment_is_the_one_that_l10n_pl_edi_used(self):
        self.give(self.company)
        self.env["ir.config_parameter"].set_param("l10n_pl_edi_ksef.mode", False)
        self.take_over()
        connection = self.company._l10n_pl_ksef_connection()
        self.assertEqual(connection.environment, "production")

    def test_another_taxpayer_gets_nothing_of_it(self):
        other = self.env["res.company"].create(
            {"name": "Inna", "vat": f"PL{make_nip('other')}"}
        )
        self.give(self.company)
        self.take_over()
        self.assertFalse(other._l10n_pl_ksef_connection())
