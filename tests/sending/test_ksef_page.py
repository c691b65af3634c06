from lxml import etree

from odoo import Command
from odoo.tests import tagged

from ..buttons.found import is_shown
from ..common import KsefCase

ISSUE = "action_l10n_pl_ksef_issue_offline"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestKsefPage(KsefCase):
    """What the page KSeF of an invoice shows, and when."""

    def form(self):
        view = self.env.ref("account.view_move_form")
        return etree.fromstring(self.env["account.move"].get_view(view.id)["arch"])

    def shown(self, node, move):
        return is_shown(_Node(node.get("invisible") or "False"), move)

    def test_vehicles_are_for_supplies_within_the_eu_only(self):
        within_eu = self.env["account.tax"].search(
            [("l10n_pl_ksef_rate", "=", "0 WDT"), ("type_tax_use", "=", "sale")],
            limit=1,
        )
        invoice = self.invoice(post=False)
        (fold,) = self.form().xpath("//details[@name='l10n_pl_ksef_vehicles']")
        self.assertFalse(self.shown(fold, invoice))
        invoice.invoice_line_ids.tax_ids = [Command.set(within_eu.ids)]
        self.assertTrue(self.shown(fold, invoice))

    def test_issue_offline_is_offered_where_there_is_a_reason(self):
        self.connect()
        invoice = self.invoice()
        buttons = self.form().xpath(f"//header/button[@name='{ISSUE}']")
        self.assertTrue(invoice.l10n_pl_ksef_can_issue_offline)
        self.assertFalse(any(self.shown(button, invoice) for button in buttons))
        self.env["l10n_pl_ksef.outage"].sudo().create(
            {
                "title": "Awaria",
                "category": "failure",
                "environment": "test",
                "start": "2026-01-01 00:00:00",
                "company_id": self.company.id,
            }
        )
        invoice.invalidate_recordset()
        self.assertTrue(all(self.shown(button, invoice) for button in buttons))

    def test_whoever_asks_for_it_finds_it_in_the_gear_menu(self):
        action = self.env.ref("l10n_pl_ksef.action_issue_offline")
        self.assertEqual(action.binding_view_types, "list,form")

    def test_state_number_and_files_stand_on_top(self):
        (page,) = self.form().xpath("//page[@id='l10n_pl_ksef']")
        first = next(node for node in page if node.tag == "group")
        names = set(first.xpath(".//*/@name"))
        self.assertLessEqual(
            {
                "l10n_pl_ksef_state",
                "l10n_pl_ksef_number",
                "action_l10n_pl_ksef_upo",
                "action_l10n_pl_ksef_picture",
                "action_l10n_pl_ksef_xml",
            },
            names,
        )
        self.assertLess(page.index(first), page.index(page.find("details")))


class _Node:
    def __init__(self, invisible):
        self.invisible = invisible
