"""A new button needs no test of its own to be pressed: it is found in its view."""

from odoo import api
from odoo.tests import tagged

from . import found
from .case import ButtonCase

PEOPLE = ("billing", "auditor", "system")


@tagged("post_install_l10n", "post_install", "-at_install")
class TestEveryButton(ButtonCase):
    def test_every_button_of_a_connected_company_does_something_or_says_why_not(self):
        self.walk()

    def test_every_button_of_a_company_that_is_not_connected(self):
        self.connection.action_disconnect()
        self.walk()

    def test_no_button_is_out_of_the_walks_reach(self):
        self.assertFalse(found.nested(self.env), "teach tests/buttons/found.py")

    def walk(self):
        pressed = []
        for kind in PEOPLE:
            user = self.people[kind]
            for button in self.shown_to(user):
                for ids in self.choices(button, user):
                    with self.subTest(kind=kind, button=str(button), ids=ids):
                        with self.undone():
                            self.press(button, user, ids)
                pressed.append(button)
        self.assertFound(pressed)

    def choices(self, button, user):
        """Yield the ids with which the web client can call."""
        if button.place == "header" and button.always:
            yield []
        records = self.records_of(button, user)
        if records:
            yield records.ids
        elif button.place != "header":
            self.fail(f"tests/rights/office.py has no record for {button}")

    def test_every_action_in_the_gear_menu_of_a_list_and_a_form(self):
        data = self.env["ir.model.data"].sudo()
        names = data.search(
            [("module", "=", found.MODULE), ("model", "=", "ir.actions.server")]
        )
        actions = self.env["ir.actions.server"].browse(names.mapped("res_id"))
        bound = actions.filtered("binding_model_id")
        self.assertTrue(bound)
        for action in bound:
            button = self.gear(action)
            for kind in PEOPLE:
                user = self.people[kind]
                groups = action.group_ids
                if groups and not groups & user.all_group_ids:
                    continue
                with self.subTest(kind=kind, action=action.name), self.undone():
                    self.press(button, user, self.records_of(button, user).ids)

    def gear(self, action):
        return found.Button(
            model=action.binding_model_id.sudo().model,
            view=0,
            page="list",
            name=str(action.id),
            kind="action",
            place="header",
            always=False,
            context="{}",
            invisible="False",
        )

    def test_every_menu_opens_for_whoever_sees_it(self):
        data = self.env["ir.model.data"].sudo()
        ours = data.search(
            [("module", "=", found.MODULE), ("model", "=", "ir.ui.menu")]
        ).mapped("res_id")
        opened = set()
        for kind in PEOPLE:
            user = self.people[kind]
            env = api.Environment(
                self.env.cr, user.id, {"allowed_company_ids": self.company.ids}
            )
            shown = set(env["ir.ui.menu"].load_menus(True)) & set(ours)
            for menu in env["ir.ui.menu"].browse(shown).filtered("action"):
                with self.subTest(kind=kind, menu=menu.complete_name), self.undone():
                    self.open(env, self.load_action(env, menu.action.id, {}))
                opened.add(menu.id)
        self.assertTrue(opened)
