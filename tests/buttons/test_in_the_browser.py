"""Buttons that open something are pressed in Chromium, too: a browser can crash."""

import json
import logging
from collections import defaultdict

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import BrowserCase
from . import found
from .case import ButtonCase

# So many steps has the tour (static/tests/tours/every_button.js).
MOST_PAGES = 120
PRESSED = "l10n_pl_ksef_tests.pressed"


def is_no_sentence(record):
    """As in ``ButtonCase.press``: a button may say why not; rights are no sentence."""
    return type(record.msg) is not UserError


@tagged("post_install_l10n", "post_install", "-at_install")
class TestInTheBrowser(ButtonCase, BrowserCase):
    def test_what_opens_something_opens_in_a_connected_company(self):
        self.walk()

    def test_what_opens_something_opens_in_a_company_that_is_not_connected(self):
        self.connection.action_disconnect()
        self.walk()

    def walk(self):
        user = self.people["system"]
        user.sudo().write({"password": user.login, "lang": "pl_PL"})
        self.company.sudo().l10n_pl_ksef_welcomed_user_ids = user
        openers = self.openers(user)
        self.assertTrue(openers)
        pages = self.pages(openers, user)
        self.assertLessEqual(len(pages), MOST_PAGES)
        given = self.env["ir.attachment"].create(
            {
                "name": "pages",
                "raw": json.dumps(pages).encode(),
                "public": True,
            }
        )
        logger = logging.getLogger("odoo.http")
        logger.addFilter(is_no_sentence)
        self.addCleanup(logger.removeFilter, is_no_sentence)
        self.start_tour(
            "/odoo/action-l10n_pl_ksef.action_fetches",
            "l10n_pl_ksef_every_button",
            login=user.login,
            cookies={"ksef_pages": str(given.id)},
        )
        pressed = json.loads(self.env["ir.config_parameter"].get_param(PRESSED))
        self.env.invalidate_all()
        missed = {
            str(button)
            for button, ids in openers.items()
            if str(button) not in pressed and self.is_still_shown(button, ids, user)
        }
        self.assertEqual(missed, set())

    def is_still_shown(self, button, ids, user):
        """Tell whether the page shows a button even after all that was pressed: one
        press may take away another one's reason.
        """
        if button.conditional:
            return False
        records = self.env[button.model].with_user(user).browse(ids).exists()
        return button.place == "header" or bool(
            records and found.is_shown(button, records)
        )

    def openers(self, user):
        """Return ``{button: ids}`` of those that are shown and bring up an action."""
        openers = {}
        for button in self.shown_to(user):
            records = self.records_of(button, user)
            ids = records.ids
            if button.place == "header":
                ids = [] if button.always else ids
            elif not found.is_shown(button, records):
                continue
            with self.undone():
                action = self.press(button, user, ids)
            if action:
                openers[button] = records.ids
        return openers

    def pages(self, openers, user):
        """Return the pages as actions for the web client, each with its buttons."""
        by_page = defaultdict(list)
        for button, ids in openers.items():
            by_page[button.model, button.view, button.page, tuple(ids)].append(button)
        return [self.page(*key, buttons) for key, buttons in by_page.items()]

    def page(self, model, view, kind, ids, buttons):
        # Odoo's settings are a page, whose part the context names.
        is_page = model == "res.config.settings"
        is_window = kind == "form" and self.env[model].is_transient() and not is_page
        target = "new" if is_window else "current"
        action = {
            "type": "ir.actions.act_window",
            "name": model,
            "res_model": model,
            "views": [[view, kind]],
            "target": target,
            "domain": [["id", "in", ids]],
            "context": {"module": "account"} if is_page else {},
        }
        if kind == "form" and not is_page:
            action["res_id"] = ids[0]
        return {
            "action": action,
            "target": target,
            "buttons": [
                {
                    "key": str(button),
                    "name": button.name,
                    "place": button.place,
                    "always": button.always,
                }
                for button in buttons
            ],
        }
