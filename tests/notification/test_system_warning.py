from odoo.tools import mute_logger

from ...models.connection import warning
from .test_notification import NotificationCase

TEXT = "[W1]: stare pole zniknie | [W2]: ostrzejsza kontrola od 2027-01-01"


class TestSystemWarning(NotificationCase):
    """What KSeF warns of reaches the administrators."""

    def setUp(self):
        super().setUp()
        muted = mute_logger(warning.__name__)
        muted.__enter__()
        self.addCleanup(muted.__exit__, None, None, None)
        self.patch(warning, "_passed_on", set())
        self.connection = self.connect()
        self.sandbox.knobs(system_warning=TEXT)

    def told(self):
        return self.notices.search([("type", "=", "system_warning")])

    def ask(self):
        return self.connection._call(lambda client: client.rate_limits())

    def test_a_warning_is_told_to_administrators_with_what_it_says(self):
        self.ask()
        arrived = self.deliver()
        self.assertEqual(sorted(arrived), ["anna", "bob"])
        for mails in arrived.values():
            texts = [self.text(mail) for mail in mails]
            self.assertEqual(sum("stare pole zniknie" in text for text in texts), 1)

    def test_a_code_is_told_once_a_day_by_all_processes(self):
        for _process in range(2):
            warning._passed_on.clear()
            for _call in range(3):
                self.ask()
        self.assertEqual(
            self.told().mapped("details"),
            ["[W1] stare pole zniknie", "[W2] ostrzejsza kontrola od 2027-01-01"],
        )

    def test_a_warning_beside_a_refusal_is_told_too(self):
        self.sandbox.fault(path="/rate-limits", status=403, reason="ip-not-allowed")
        with self.assertRaisesRegex(Exception, "403"):
            self.ask()
        self.assertEqual(len(self.told()), 2)

    def test_the_connection_shows_what_ksef_warned_of(self):
        self.assertFalse(self.connection.system_warnings)
        self.ask()
        self.connection.invalidate_recordset()
        self.assertIn("[W2]", self.connection.system_warnings)

    def test_a_fault_in_telling_changes_no_answer(self):
        def fail(*_args, **_options):
            raise ValueError("no room")

        self.patch(type(self.notices), "_note", fail)
        with self.assertLogs("odoo.addons.l10n_pl_ksef", "ERROR"):
            self.assertIn("invoiceSend", self.ask())
