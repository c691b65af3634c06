"""How far long works of sending are, and how many invoices went out this month."""

from datetime import timedelta

from odoo import api, fields, models

from .document_batch import MANY
from .document_wait import WAITING

# What was queued earlier waits for something else than its turn.
RECENT = timedelta(days=1)
SOON = timedelta(minutes=15)


class Attention(models.Model):
    _inherit = "l10n_pl_ksef.attention"

    @api.model
    def _works(self):
        zips = self.env["l10n_pl_ksef.bundle"]._works()
        return super()._works() + self._sendings() + zips

    @api.model
    def _month(self):
        accepted = [("state", "=", "accepted")]
        sent = self._by_day("l10n_pl_ksef.document", "accepted_at", accepted)
        return {**super()._month(), "sent": sent}

    @api.model
    def _sendings(self):
        """Return the work of each company that is sending many invoices now.

        It began with the oldest that is on its way; what was queued since then and has
        been judged is done.
        """
        now = fields.Datetime.now()
        documents = self.env["l10n_pl_ksef.document"]
        moving = documents._read_group(
            [
                ("state", "in", WAITING),
                ("needs_person", "=", False),
                ("create_date", ">=", now - RECENT),
                "|",
                ("retry_at", "=", False),
                ("retry_at", "<=", now + SOON),
            ],
            ["company_id"],
            ["create_date:min", "__count"],
        )
        works = []
        for company, began, left in moving:
            of_company = [("company_id", "=", company.id), ("create_date", ">=", began)]
            states = dict(documents._read_group(of_company, ["state"], ["__count"]))
            states.pop("cancelled", None)
            total = sum(states.values())
            if total > MANY:
                works.append(self._sending(company, total, left, states))
        return works

    @api.model
    def _sending(self, company, total, left, states):
        failed = states.get("rejected", 0) + states.get("incomplete", 0)
        return {
            "model": "l10n_pl_ksef.document",
            "id": company.id,
            "label": self.env._(
                "Sending %(count)s invoices of %(company)s to KSeF",
                count=total,
                company=company.name,
            ),
            "done": total - left,
            "total": total,
            "failed": failed,
            "message": company._l10n_pl_ksef_connection().status_message or "",
        }
