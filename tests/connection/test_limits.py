from ...ksef_api import limits
from ...models.sending import document_batch
from ..common import KsefCase

# As every connection of every test has them, before KsefCase turns them off.
DOCUMENTED = dict(limits.DOCUMENTED)


class TestLimits(KsefCase):
    """Production's limits of calls: KSeF never has to refuse one."""

    def setUp(self):
        super().setUp()
        self.connection = self.connect()
        self.sandbox.knobs(rate_limits="production")
        self.patch(limits, "DOCUMENTED", DOCUMENTED)
        self.env["ir.config_parameter"].set_param(document_batch.MANY_PARAMETER, 50)

    def answers(self):
        return [c["status"] for c in self.sandbox.control("GET", "/calls")["items"]]

    def test_what_is_too_many_waits_and_no_call_is_refused(self):
        self.connection._refresh_limits()
        known = self.connection.limits
        # By the hour, however fast or slow this machine sends.
        known["rates"]["invoiceSend"]["perHour"] = 10
        self.connection.limits = dict(known)
        invoices = self.env["account.move"].union(
            *(self.invoice() for _number in range(12))
        )
        invoices._l10n_pl_ksef_send()
        states = invoices.mapped("l10n_pl_ksef_state")
        self.assertEqual(states.count("queued"), 2)
        waiting = invoices.l10n_pl_ksef_document_ids.filtered("retry_at")
        self.assertTrue(waiting)
        self.assertNotIn(429, self.answers())
        self.assertFalse(self.connection.next_call_at)

    def test_the_limits_of_the_context_are_asked_for_once_a_day(self):
        self.invoice()._l10n_pl_ksef_send()
        self.assertEqual(self.connection.limits["rates"]["invoiceSend"]["perHour"], 180)
        before = self.sandbox.control("GET", "/calls")["total"]
        self.connection._refresh_limits()
        self.assertEqual(self.sandbox.control("GET", "/calls")["total"], before)

    def test_the_size_of_a_batch_is_that_of_the_context(self):
        self.assertEqual(self.connection._batch_limit(), 10_000)
        self.connection.limits = {"context": {"batchSession": {"maxInvoices": 7}}}
        self.assertEqual(self.connection._batch_limit(), 7)
