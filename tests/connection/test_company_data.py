from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...models.connection.res_company_register import WSDL_URL
from ..common import KsefCase, make_nip

USER_KEY = "abcde12345abcde12345"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestCompanyData(KsefCase):
    def setUp(self):
        super().setUp()
        url = self.sandbox.gus_wsdl_url
        self.env["ir.config_parameter"].set_param(WSDL_URL, url)
        self.other_nip = make_nip("in the register")
        self.sandbox.company(
            self.other_nip,
            "Zakład Żółwi sp. z o.o.",
            street="ul. Gęsia",
            house="12",
            flat="3",
            zip="30-001",
            city="Kraków",
            krs="0000123456",
        )

    def _window(self, **values):
        return self.env["l10n_pl_ksef.company.data"].create(
            {"nip": self.other_nip, "user_key": USER_KEY, **values}
        )

    def _refusal(self, window):
        with self.assertRaises(UserError) as caught:
            window.action_fetch()
        return str(caught.exception)

    def test_name_and_address_come_from_gus(self):
        window = self._window()
        window.action_fetch()
        window.action_apply()
        self.assertRecordValues(
            self.company,
            [
                {
                    "name": "Zakład Żółwi sp. z o.o.",
                    "vat": f"PL{self.other_nip}",
                    "street": "ul. Gęsia 12/3",
                    "zip": "30-001",
                    "city": "Kraków",
                }
            ],
        )
        self.assertEqual(window.krs, "0000123456")

    def test_nothing_changes_before_it_is_taken_over(self):
        name = self.company.name
        self._window().action_fetch()
        self.assertEqual(self.company.name, name)

    def test_the_key_is_kept_sealed_and_need_not_be_entered_again(self):
        first = self._window()
        first.action_fetch()
        self.assertFalse(first.user_key)
        self.assertNotIn(
            USER_KEY, self.company.sudo().l10n_pl_ksef_gus_key_sealed or USER_KEY
        )
        second = self._window(user_key=False)
        second.action_fetch()
        self.assertEqual(second.city, "Kraków")

    def test_a_wrong_key_is_told_and_not_kept(self):
        self.assertIn("user key", self._refusal(self._window(user_key="wrong")))
        self.assertFalse(self.company.sudo().l10n_pl_ksef_gus_key_sealed)

    def test_without_a_key_it_is_asked_for(self):
        self.assertIn("Enter the user key", self._refusal(self._window(user_key=False)))

    def test_an_unknown_company_is_told(self):
        window = self._window(nip=make_nip("nobody"))
        self.assertIn("knows no company", self._refusal(window))

    def test_a_wrong_nip_is_told_without_a_call(self):
        self.assertIn("control digit", self._refusal(self._window(nip="1234567890")))

    def test_a_register_that_is_down_is_told(self):
        self.env["ir.config_parameter"].set_param(WSDL_URL, "http://127.0.0.1:9/wsdl")
        self.assertIn("cannot be reached", self._refusal(self._window()))

    def test_a_business_that_has_ended_is_marked(self):
        self.sandbox.company(self.other_nip, "Dawna firma", ended="2020-01-31")
        window = self._window()
        window.action_fetch()
        self.assertTrue(window.is_closed)

    def test_only_an_accounting_administrator_may(self):
        clerk = self.new_user("clerk")
        with self.assertRaises(AccessError):
            self.env["l10n_pl_ksef.company.data"].with_user(clerk).create(
                {"nip": self.other_nip}
            )
