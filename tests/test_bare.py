"""The add-on needs none of Odoo's modules but those that it depends on.

Run by ``./dev test bare``, beside others, in a database that has no more.
"""

from odoo.tests import tagged

from .common import KsefCase

OPTIONAL = ("sale", "purchase", "stock", "account_debit_note")


@tagged("-standard", "l10n_pl_ksef_bare")
class TestBare(KsefCase):
    def test_without_optional_modules_an_invoice_gets_into_ksef(self):
        installed = self.env["ir.module.module"]._installed()
        self.assertFalse([name for name in OPTIONAL if name in installed])
        connection = self.connect()
        move = self.invoice()
        move._l10n_pl_ksef_send()
        self.process(connection)
        self.assertEqual(move.l10n_pl_ksef_state, "accepted", move.l10n_pl_ksef_message)
