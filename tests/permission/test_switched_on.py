"""What is missing waits for people before KSeF refuses."""

from .test_permission import PermissionCase


class TestMissing(PermissionCase):
    def setUp(self):
        super().setUp()
        self.clerk = self.new_user("fakturzystka")
        self.connection._ask_rights()

    def may_only_read(self):
        """The login has lost the right to issue invoices."""
        self.connection.rights = {**self.connection.rights, "scopes": ["InvoiceRead"]}

    def lines(self):
        self.env.flush_all()
        self.env.invalidate_all()
        lines = self.env["l10n_pl_ksef.attention"].with_user(self.clerk)
        return lines.search([("res_model", "=", "l10n_pl_ksef.connection")])

    def switch_on(self):
        self.company.l10n_pl_ksef_send_on_validation = False
        self.may_only_read()
        self.assertFalse(self.lines())
        self.company.l10n_pl_ksef_send_on_validation = True

    def test_what_is_switched_on_is_compared_at_once_and_ksef_is_not_asked(self):
        self.sandbox.control("DELETE", "/calls")
        self.switch_on()
        self.assertIn("sending of invoices", self.connection.rights_missing)
        self.assertFalse(self.sandbox.control("GET", "/calls")["items"])

    def test_what_is_switched_off_is_missing_no_more(self):
        self.switch_on()
        self.company.l10n_pl_ksef_send_on_validation = False
        self.assertFalse(self.connection.rights_missing)
        self.assertFalse(self.lines())

    def test_it_says_what_is_missing_who_grants_it_and_what_to_send_them(self):
        self.switch_on()
        line = self.lines()
        self.assertEqual((line.kind, line.is_urgent), ("permission", True))
        self.assertIn("sending of invoices", line.reason)
        self.assertIn("owner can grant", line.reason)
        self.assertIn("Please grant", line.reason)
        self.assertIn(self.nip, line.reason)

    def test_when_it_was_granted_the_button_takes_it_off(self):
        self.switch_on()
        self.lines().action_do()
        self.assertFalse(self.lines())

    def test_what_ksef_refused_has_one_line_with_the_sentence_to_send(self):
        self.switch_on()
        self.connection.trouble = "permission"
        line = self.lines()
        self.assertEqual(line.kind, "connection")
        self.assertIn("Please grant", line.reason)
