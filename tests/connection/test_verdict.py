from odoo.tests import TransactionCase, tagged

from ...ksef_api import errors
from ...ksef_api.client import Status


@tagged("post_install", "-at_install")
class TestVerdict(TransactionCase):
    """What people are told for each refusal of KSeF, and whether it is tried again."""

    def setUp(self):
        super().setUp()
        self.verdict = self.env["l10n_pl_ksef.verdict"]

    def assertTold(self, verdict, outcome, words):
        self.assertEqual(verdict.outcome, outcome)
        self.assertIn(words, verdict.message)

    def test_each_status_of_an_invoice_has_its_sentence_and_ksefs_details(self):
        for code, outcome, words in (
            (405, "retry", "will be sent again"),
            (410, "refused", "no permission to issue"),
            (415, "refused", "attachments"),
            (430, "refused", "could not read the file"),
            (435, "retry", "could not decrypt"),
            (499, "obstacle", "499"),
            (440, "refused", "already has an invoice"),
            (450, "refused", "fault in the invoice"),
        ):
            with self.subTest(code=code):
                verdict = self.verdict._of_invoice_status(Status(code, "", ["P_13_1"]))
                self.assertTold(verdict, outcome, words)
                self.assertIn("P_13_1", verdict.message)

    def test_every_documented_code_has_a_sentence_of_its_own(self):
        invoices = (405, 410, 415, 430, 435, 440, 450, 500, 550)
        calls = (
            *(21001, 21155, 21157, 21161, 21164, 21165, 21166, 21167, 21173, 21175),
            *(21178, 21181, 21182, 21183, 21205, 21208, 21217, 21401, 21402, 21403),
            *(21405, 21418),
        )
        sessions = (405, 415, 420, 430, 435, 440, 445, 500)
        self.assertLessEqual({*invoices, *calls}, set(self.verdict._sentences()))
        self.assertLessEqual(set(sessions), set(self.verdict._session_sentences()))
        for code in calls:
            told = self.verdict._of(errors.InvalidRequest(codes=[code])).message
            self.assertNotIn(str(code), told)

    def test_each_reason_of_a_403_has_its_sentence(self):
        reasons = (
            "missing-permissions",
            "ip-not-allowed",
            "security-service-blocked",
            "auth-method-not-allowed",
            "context-type-not-allowed",
            "insufficient-resource-access",
        )
        told = {
            self.verdict._of(errors.Forbidden(reason_code=reason)).message
            for reason in reasons
        }
        self.assertEqual(len(told), len(reasons))

    def test_polish_accountants_are_told_in_polish(self):
        status = Status(code=410, description="")
        polish = self.verdict.with_context(lang="pl_PL")._of_invoice_status(status)
        self.assertIn("Aplikacji Podatnika KSeF", polish.message)

    def test_each_end_of_a_login_has_its_sentence(self):
        for code, outcome, words in (
            (415, "refused", "no permission"),
            (425, "refused", "revoked"),
            (450, "refused", "does not accept this token"),
            (460, "refused", "does not accept this certificate"),
            (480, "refused", "blocked"),
            (499, "obstacle", "499"),
            (500, "retry", "tried again"),
        ):
            with self.subTest(code=code):
                verdict = self.verdict._of_auth_status(Status(code, ""))
                self.assertTold(verdict, outcome, words)

    def test_each_error_of_a_call_has_its_sentence(self):
        for error, outcome, words in (
            (errors.RateLimited(retry_after=7), "retry", "by itself at"),
            (errors.NoAnswer(sent=False), "retry", "cannot be reached"),
            (errors.NoAnswer(sent=True), "unknown", "did not answer"),
            (errors.ServerError(http_status=503), "unknown", "503"),
            (errors.BadAnswer("not_json"), "unknown", "cannot be read"),
            (errors.Unauthorized(http_status=401), "login", "log in again"),
            (
                errors.Forbidden(reason_code="missing-permissions"),
                "obstacle",
                "missing",
            ),
            (errors.Forbidden(http_status=403), "obstacle", "firewall"),
            (errors.InvalidRequest(codes=[21180]), "session", "new one"),
            (errors.InvalidRequest(codes=[21184]), "session", "maintenance"),
            (errors.InvalidRequest(codes=[21402]), "obstacle", "another size"),
            (errors.InvalidRequest(codes=[21403]), "obstacle", "another file"),
            (errors.InvalidRequest(codes=[21470]), "retry", "encryption key"),
            (errors.InvalidRequest(codes=[29999]), "obstacle", "29999"),
            (OSError(28, "No space left"), "obstacle", "No space left"),
        ):
            with self.subTest(error=type(error).__name__, code=str(error)):
                self.assertTold(self.verdict._of(error), outcome, words)
