from unittest.mock import patch

from ...models.sending import document_batch, session_batch
from ..common import KsefCase


class BatchCase(KsefCase):
    """Batch sessions of a few invoices: the parameter says what counts as many."""

    def setUp(self):
        super().setUp()
        self.connection = self.connect()
        self.documents = self.env["l10n_pl_ksef.document"].sudo()
        self.env["ir.config_parameter"].set_param(document_batch.MANY_PARAMETER, 2)

    def invoices(self, number=3):
        return self.env["account.move"].union(
            *(
                self.invoice((f"Usługa {i}", 1, 10 + i, self.tax_23))
                for i in range(number)
            )
        )

    def send(self, invoices, rounds=5):
        invoices._l10n_pl_ksef_send()
        self.process(self.connection, rounds=rounds)

    @property
    def session(self):
        return self.env["l10n_pl_ksef.session"].sudo().search([], limit=1)

    def assertAllIn(self, invoices):
        """Each of ``invoices`` has its one KSeF number, and Odoo knows it."""
        ledger = {e["invoice_number"]: e for e in self.sandbox.ledger(self.nip)}
        self.assertEqual(len(ledger), len(self.sandbox.ledger(self.nip)))
        for invoice in invoices:
            document = invoice.l10n_pl_ksef_document_ids[:1]
            self.assertEqual(document.state, "accepted", document.status_message)
            self.assertEqual(
                invoice.l10n_pl_ksef_number, ledger[invoice.name]["ksef_number"]
            )

    def calls(self, path):
        """Return how many calls fitted ``path``, a part of the address."""
        items = self.sandbox.control("GET", "/calls")["items"]
        return sum(path in item["path"] for item in items)


class TestBatch(BatchCase):
    def test_what_takes_several_runs_to_build_goes_out_in_one_session(self):
        invoices = self.invoices(7)
        invoices._l10n_pl_ksef_send()
        frozen = []
        with (
            patch.object(document_batch, "FREEZE_AT_ONCE", 3),
            patch.object(document_batch, "FREEZE_SECONDS", 0),
        ):
            for _run in range(3):
                self.process(self.connection, rounds=1)
                documents = invoices.l10n_pl_ksef_document_ids
                frozen.append(len(documents.filtered("xml_hash")))
        self.assertEqual(frozen, [3, 6, 7])
        self.process(self.connection, rounds=4)
        self.assertAllIn(invoices)
        self.assertEqual(len(invoices.l10n_pl_ksef_document_ids.session_id), 1)

    def test_many_go_in_one_package_and_get_number_and_upo(self):
        invoices = self.invoices()
        self.send(invoices)
        self.assertAllIn(invoices)
        self.assertEqual(self.session.kind, "batch")
        self.assertEqual(self.session.state, "closed")
        documents = invoices.l10n_pl_ksef_document_ids
        self.assertEqual(documents.session_id, self.session)
        self.assertEqual(len(set(documents.mapped("upo_file"))), 1)
        self.assertIn(invoices[0].l10n_pl_ksef_number, self.upo_text(documents[0]))
        self.assertTrue(all(invoice.l10n_pl_edi_upo_id for invoice in invoices))
        self.assertFalse(self.session.key_sealed)
        self.assertEqual(self.calls("/sessions/online"), 0)

    def upo_text(self, document):
        attachment = self.env["ir.attachment"].search(
            [
                ("res_model", "=", document._name),
                ("res_id", "=", document.id),
                ("res_field", "=", "upo_file"),
            ]
        )
        return attachment.raw.decode()

    def test_a_few_go_one_by_one(self):
        invoices = self.invoices(2)
        self.send(invoices)
        self.assertAllIn(invoices)
        self.assertEqual(self.session.kind, "online")

    def test_one_bad_invoice_does_not_hold_up_the_others(self):
        invoices = self.invoices()
        bad = invoices[1]
        # Somebody has used this number in KSeF for another invoice.
        other = self.frozen_file(bad).replace("Usługa 1".encode(), b"Inna")
        number = self.sandbox.issue(other)
        self.send(invoices)
        self.assertAllIn(invoices - bad)
        document = bad.l10n_pl_ksef_document_ids
        self.assertEqual(document.state, "rejected")
        self.assertEqual(document.status_code, 440)
        self.assertIn(number, document.status_message)

    def test_the_lost_number_of_our_own_file_is_recovered(self):
        invoices = self.invoices()
        number = self.sandbox.issue(self.frozen_file(invoices[1]))
        self.send(invoices)
        self.assertAllIn(invoices)
        self.assertEqual(invoices[1].l10n_pl_ksef_number, number)

    def frozen_file(self, invoice):
        document = self.documents._queue(invoice)
        document._freeze()
        return document._xml()

    def test_an_invoice_that_cannot_be_made_is_told_and_the_others_go(self):
        invoices = self.invoices()
        invoices |= self.invoice(("A", 1, 10, self.tax_zw))
        self.send(invoices)
        self.assertAllIn(invoices[:3])
        self.assertEqual(invoices[3].l10n_pl_ksef_state, "incomplete")

    def test_an_answer_lost_at_any_step_costs_nothing(self):
        steps = {
            "open": "/sessions/batch$",
            "upload": "/batch-parts/1",
            "close": "/sessions/batch/.*/close",
            "state": "/sessions/[^/]*$",
            "list": "/sessions/[^/]*/invoices$",
        }
        for step, path in steps.items():
            for action in ("drop_before", "drop_after"):
                with self.subTest(step=step, action=action):
                    self.sandbox.fault(path=path, action=action)
                    invoices = self.invoices()
                    self.send(invoices)
                    self.assertAllIn(invoices)

    def test_a_package_that_ksef_cannot_take_is_sent_one_by_one(self):
        invoices = self.invoices()
        with self.wrong_hash():
            invoices._l10n_pl_ksef_send()
            self.process(self.connection, rounds=3)
        self.process(self.connection, rounds=3)
        self.assertAllIn(invoices)
        self.assertTrue(all(invoices.l10n_pl_ksef_document_ids.mapped("one_by_one")))

    def wrong_hash(self):
        """What is announced as the hash of the archive is not its hash."""
        build = session_batch.batch.build_package

        def damaged(*args, **kwargs):
            package = build(*args, **kwargs)
            object.__setattr__(package, "hash", package.parts[0].hash)
            return package

        return patch.object(session_batch.batch, "build_package", damaged)
