"""Every list that a menu opens: columns, a default filter, groups, an empty page."""

from lxml import etree

from odoo import api
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from . import found
from .case import ButtonCase

# Own few choices, a table that never grows, or only what waits: nothing to filter.
PLAIN = (
    "l10n_pl_ksef.notification",
    "l10n_pl_ksef.legal.fact",
    "l10n_pl_ksef.attention",
    "l10n_pl_ksef.rule",
    "l10n_pl_ksef.office",
)


@tagged("post_install_l10n", "post_install", "-at_install")
class TestEveryList(ButtonCase):
    def actions(self):
        """Yield the window actions of all menus that open a list."""
        data = self.env["ir.model.data"].sudo()
        names = data.search(
            [("module", "=", found.MODULE), ("model", "=", "ir.ui.menu")]
        )
        for menu in self.env["ir.ui.menu"].browse(names.mapped("res_id")):
            action = menu.action
            if action and action._name == "ir.actions.server":
                window = self.load_action(self.system(), action.id, {})
                action = self.env["ir.actions.act_window"].browse(window["id"])
            if action and "list" in action.view_mode.split(","):
                yield action

    def system(self):
        """Return the environment of whoever sees every menu."""
        user, context = self.people["system"], {"allowed_company_ids": self.company.ids}
        return api.Environment(self.env.cr, user.id, context)

    def test_each_has_a_filter_by_default_groups_and_an_empty_page(self):
        actions = [a for a in self.actions() if a.res_model not in PLAIN]
        self.assertGreater(len(actions), 8)
        for action in actions:
            with self.subTest(action=action.name):
                self.assertTrue(action.help, "says what comes there")
                defaults = [
                    name.removeprefix("search_default_")
                    for name in safe_eval(action.context or "{}", {"uid": 1})
                    if name.startswith("search_default_")
                ]
                search = self.search_of(action)
                names = set(search.xpath("//filter/@name"))
                # What the list itself leaves out needs no filter; a part that is not
                # used has none.
                self.assertTrue(action.domain or set(defaults) & names)
                self.assertTrue(
                    search.xpath("//filter[contains(@context, 'group_by')]")
                )

    def search_of(self, action):
        model = self.env[action.res_model]
        view = action.search_view_id.id or False
        return etree.fromstring(model.get_view(view, "search")["arch"])

    def test_each_filter_and_each_group_can_be_chosen(self):
        """As the billing user who opens the list."""
        user = self.people["billing"]
        for action in self.actions():
            model = self.env[action.res_model].with_user(user)
            if not model.has_access("read"):
                continue
            for node in self.search_of(action).xpath("//filter"):
                with self.subTest(action=action.name, filter=node.get("name")):
                    self.choose(model, node)

    def choose(self, model, node):
        if domain := node.get("domain"):
            model.search(safe_eval(domain, {"uid": model.env.uid}), limit=1)
        if context := node.get("context"):
            group = safe_eval(context)["group_by"]
            if model._fields[group.partition(":")[0]].type in ("date", "datetime"):
                group = f"{group.partition(':')[0]}:month"  # as the web client asks
            model.formatted_read_group([], [group], ["__count"])

    def test_what_was_sent_shows_customer_amount_and_upo(self):
        arch = etree.fromstring(
            self.env["l10n_pl_ksef.document"].get_view(
                self.env.ref("l10n_pl_ksef.document_view_list").id, "list"
            )["arch"]
        )
        shown = set(arch.xpath("//*[not(@optional) or @optional='show']/@name"))
        wanted = {"move_id", "partner_id", "amount_total", "action_upo_picture"}
        self.assertLessEqual(wanted, shown)

    def test_technical_lists_are_for_developers(self):
        user = self.people["system"]
        menus = self.env["ir.ui.menu"].with_user(user)
        hidden = menus.load_menus(False)
        for name in ("menu_session", "menu_connection", "menu_legal_fact"):
            with self.subTest(menu=name):
                self.assertNotIn(self.env.ref(f"l10n_pl_ksef.{name}").id, hidden)

    def test_a_billing_user_reaches_the_own_notifications(self):
        menus = self.env["ir.ui.menu"].with_user(self.people["billing"])
        notifications = self.env.ref("l10n_pl_ksef.menu_notification")
        self.assertIn(notifications.id, menus.load_menus(False))

    def test_hashes_references_and_codes_are_for_developers(self):
        form = self.env.ref("l10n_pl_ksef.document_view_form")._get_combined_arch()
        for name in ("xml_hash", "invoice_reference", "session_id", "status_code"):
            with self.subTest(field=name):
                (field,) = form.xpath(f"//field[@name='{name}']")
                self.assertEqual(field.get("groups"), "base.group_no_one")
