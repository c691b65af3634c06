"""People press buttons, as the web client does it."""

import json
import logging

from odoo import api
from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.service.model import call_kw
from odoo.tools.safe_eval import safe_eval

from odoo.addons.web.controllers.utils import clean_action

from ..rights.office import OfficeCase
from . import found

_logger = logging.getLogger(__name__)
# What the web client knows of itself, and of this add-on (static/src).
TAGS = {
    "display_notification",
    "soft_reload",
    "reload",
    "l10n_pl_ksef.download",
    "l10n_pl_ksef_show_field",
}


class ButtonCase(OfficeCase):
    """What is done is undone after each press."""

    def records_of(self, button, user):
        """Return records on whose page ``user`` may press the button."""
        return self.record_for(button.model, user, button.name).with_user(user)

    def press(self, button, user, ids):
        """Press a button and return the action that the web client gets, or None.

        :param ids: of the records selected, or of the one that the form shows
        :raise AssertionError: a crash, or what the page ought not to have shown
        """
        env = api.Environment(
            self.env.cr,
            user.id,
            {"lang": "pl_PL", "allowed_company_ids": self.company.ids},
        )
        asked = self.context_of(button, ids)
        try:
            if button.kind == "action":
                action = self.load_action(env, int(button.name), asked)
            else:
                # What /web/dataset/call_button does.
                called = {"context": {**env.context, **asked}}
                action = call_kw(env[button.model], button.name, [ids], called)
                if not isinstance(action, dict) or not action.get("type"):
                    return None
                action = clean_action(action, env=env)
            json.dumps(action, default=str)
            self.open(env, action)
        except AccessError as refusal:
            self.fail(f"{button} is shown to {user.login}, who may not: {refusal}")
        except (UserError, RedirectWarning) as sentence:
            _logger.info("%s: %s", button, sentence)
            return None
        return action

    def context_of(self, button, ids):
        """Return the context that the page adds: see MultiRecordViewButton."""
        asked = {"active_model": button.model, "active_ids": ids}
        if button.place != "header" and ids:
            asked["active_id"] = ids[0]
            asked |= safe_eval(button.context, {"id": ids[0], "context": {}, **asked})
        return asked

    def load_action(self, env, action_id, context):
        action = env["ir.actions.actions"].sudo().browse(action_id)
        typed = env[action.type].browse(action_id)
        if action.type == "ir.actions.server":
            done = typed.with_context(**context).run()
            return done or {"type": "ir.actions.act_window_close"}
        # sudo: what /web/action/load gives to everybody
        return typed.sudo()._get_action_dict()

    def open(self, env, action):
        """What the browser does with an action must be possible for its user."""
        kind = action["type"]
        if kind == "ir.actions.act_window":
            self.open_window(env, action)
        elif kind == "ir.actions.client":
            self.assertIn(action["tag"], TAGS)
            following = action.get("params", {}).get("next")
            if following:
                self.open(env, following)
        elif kind == "ir.actions.act_url":
            self.assertTrue(action["url"].startswith(("/", "https://")), action)
        else:
            self.assertIn(kind, ("ir.actions.act_window_close", "ir.actions.report"))

    def open_window(self, env, action):
        model = env[action["res_model"]]
        views = action.get("views") or [
            (False, mode) for mode in action["view_mode"].split(",")
        ]
        shown = model.get_views(views)
        if action.get("res_id"):
            model.browse(action["res_id"]).read(shown["models"][model._name]["fields"])
            return
        domain = action.get("domain") or []
        if isinstance(domain, str):
            domain = safe_eval(domain, {"uid": env.uid, "context": env.context})
        if not model.is_transient():
            model.search(domain, limit=1)

    def assertFound(self, buttons):
        """A walk that finds nothing proves nothing."""
        places = {button.place for button in buttons}
        self.assertLessEqual({"header", "card", "form"}, places)

    def shown_to(self, user):
        env = api.Environment(
            self.env.cr, user.id, {"allowed_company_ids": self.company.ids}
        )
        return found.buttons(env)
