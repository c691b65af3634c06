from odoo import api, fields, models

from ..access import AUDITOR, BILLING, allowed


class Fetch(models.Model):
    """What people see of a fetch that they asked for."""

    _inherit = "l10n_pl_ksef.fetch"

    @api.model
    def _ask_period(self, connection, roles, user, date_type, first, last):
        """Let a period be fetched, whatever was fetched of it before.

        :param first, last: naive UTC datetimes
        :return: the rows, one for each role
        """
        return self.create(
            [
                {
                    **self._follow_values(connection, role),
                    "kind": "period",
                    "date_type": date_type,
                    "date_from": first,
                    "date_to": last,
                    "position": f"{first.isoformat()}+00:00",
                    "user_id": user.id,
                    "asked_at": fields.Datetime.now(),
                }
                for role in roles
            ]
        )

    def _answer(self, problem=False):
        """Tell who asked, once all that they asked for has ended or met an obstacle."""
        if not self.user_id or self.is_answered:
            return
        self.is_answered = True
        asked = self.search(
            [
                ("user_id", "=", self.user_id.id),
                ("company_id", "=", self.company_id.id),
                ("is_answered", "=", False),
            ],
            limit=1,
        )
        if problem or not asked:
            self._send_answer(problem)

    def _send_answer(self, problem):
        told = self.with_context(lang=self.user_id.lang or self.env.lang)
        text = problem or told._sentence()
        self.user_id.partner_id._bus_send(
            "account_notification",
            {
                "type": "warning" if problem else "success",
                "title": told.env._("KSeF"),
                "message": text,
                "sticky": bool(problem),
                "action_button": {
                    "name": told.env._("Show"),
                    "action_name": told.env._("Received from KSeF"),
                    "model": "l10n_pl_ksef.bill",
                    "res_ids": self._fresh().ids,
                },
            },
        )

    def _sentence(self):
        count = len(self._fresh())
        if not count:
            return self.env._("Nothing new in KSeF.")
        return self.env._("New from KSeF: %(count)s.", count=count)

    def _fresh(self):
        """Return the rows that came since the asking, of all roles asked for."""
        siblings = self.search(
            [
                ("user_id", "=", self.user_id.id),
                ("company_id", "=", self.company_id.id),
                ("asked_at", "=", self.asked_at),
            ]
        )
        return self.env["l10n_pl_ksef.bill"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("environment", "=", self.environment),
                ("create_date", ">=", self.asked_at),
                ("role", "in", siblings.mapped("role")),
            ],
            limit=1000,
        )

    def _open(self):
        """Return the page on which people see how these go."""
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Fetching from KSeF"),
            "res_model": self._name,
        }
        if len(self) == 1:
            return {**action, "res_id": self.id, "views": [(False, "form")]}
        return {
            **action,
            "domain": [("id", "in", self.ids)],
            "views": [(False, "list"), (False, "form")],
        }

    @allowed(BILLING, AUDITOR)
    def action_open_bills(self):
        """Open the inbox with what this fetch is about."""
        self.ensure_one()
        xml_id = "action_sale" if self.role == "Subject1" else "action_bill"
        return self.env["ir.actions.act_window"]._for_xml_id(f"l10n_pl_ksef.{xml_id}")

    @allowed(BILLING)
    def action_again(self):
        """Try again now."""
        # sudo: nobody may write fetches, this code does
        stuck = self.sudo().filtered(lambda row: row.state != "done")
        stuck.filtered(lambda row: row.state == "failed").state = "waiting"
        stuck.write({"due_at": fields.Datetime.now(), "fail_count": 0})
        self.env.ref("l10n_pl_ksef.ir_cron_fetch")._trigger()
        return True
