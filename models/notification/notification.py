import logging

from odoo import api, fields, models

from ..access import AUDITOR, BILLING, allowed
from .types import LABELS, TYPES

_logger = logging.getLogger(__name__)


class Notification(models.Model):
    """Whether one user wants one type of e-mail about one company.

    Everything is wanted until it is unticked; a missing row means wanted. Others call
    ``_notify`` only.
    """

    _name = "l10n_pl_ksef.notification"
    _description = "KSeF E-mail Notification"
    _inherit = ["l10n_pl_ksef.kept.fields"]
    _order = "id"
    _rec_name = "type"

    user_id = fields.Many2one(
        "res.users",
        "User",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    type = fields.Selection(LABELS, "Event", required=True, readonly=True)
    is_wanted = fields.Boolean("E-mail", default=True)

    _user_company_type_unique = models.Constraint(
        "UNIQUE(user_id, company_id, type)",
        "There is one choice for each user, company and type of event.",
    )

    @api.depends("type")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["type"]._description_selection(self.env))
        for notification in self:
            notification.display_name = labels.get(notification.type)

    @api.model
    def _of_user(self, user, company):
        """Return the choices of ``user`` in ``company``, one for each type."""
        mine = [("user_id", "=", user.id), ("company_id", "=", company.id)]
        # sudo: made for the user who is given, by this code only
        existing = self.sudo().search(mine)
        missing = self._types_of(company) - set(existing.mapped("type"))
        # sudo: made for the user who is given, by this code only
        self.sudo().create(
            [
                {"user_id": user.id, "company_id": company.id, "type": code}
                for code in TYPES
                if code in missing
            ]
        )
        return self.search(mine)

    @api.model
    def _types_of(self, company):
        """Return the types of event that there are for ``company``."""
        return set(TYPES)

    @api.model
    @allowed(BILLING, AUDITOR)
    def action_mine(self):
        """Open the user's own choices in the current company."""
        mine = self._of_user(self.env.user, self.env.company)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_pl_ksef.action_notification"
        )
        return {**action, "domain": [("id", "in", mine.ids)]}

    @api.model
    def _unwanted_by(self, code, company):
        """Return the users who do not want e-mails of type ``code`` on ``company``."""
        return (
            # sudo: choices are read by their user only; here all are asked about
            self.sudo()
            .search(
                [
                    ("type", "=", code),
                    ("company_id", "=", company.id),
                    ("is_wanted", "=", False),
                ]
            )
            .user_id
        )

    @api.model
    def _notify(self, code, records, occasion="", details=False):
        """Note an event; the people are told by e-mail, once, in the background.

        Cheap, makes no network call, and a fault in it never makes the caller's
        transaction fail: it is logged.

        :param code: key of ``notification_types.TYPES``
        :param records: what people should open (an invoice rather than its document),
            each with ``company_id`` or itself a company; empty: nothing happens
        :param occasion: text that tells two events of one type on one record apart;
            the same occasion is told once
        :param details: sentence for people to be shown with each record
        """
        if code not in TYPES:
            raise ValueError(code)
        self.env.flush_all()
        try:
            with self.env.cr.savepoint(flush=False):
                # sudo: nobody may write notices, this code does
                notices = self.env["l10n_pl_ksef.notice"].sudo()
                notices._note(code, records, str(occasion), details)
                self.env.flush_all()
        except Exception:
            self.env.invalidate_all(flush=False)
            _logger.exception("KSeF: %s on %s could not be noted", code, records)
