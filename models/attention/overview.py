from datetime import timedelta

from odoo import api, models

from ...ksef_api.fields import WARSAW
from ..access import AUDITOR, BILLING, allowed
from ..times import warsaw_today

MOST_URGENT = 3


class Attention(models.Model):
    """What the dashboard shows: what waits, what is being done, how the month goes."""

    _inherit = "l10n_pl_ksef.attention"

    @api.model
    @allowed(BILLING, AUDITOR)
    def get_overview(self):
        """Return what the tile on the dashboard shows of the current companies.

        :return: ``is_shown``: one of them has to do with KSeF; ``lines``: a count for
            each kind that waits, the urgent first; ``urgent``: a few lines in full;
            ``works`` (``get_works``);
            ``month``: ``{"days": [...], "sent": [...], "received": [...]}``
        """
        if not self._is_in_poland():
            return {"is_shown": False}
        lines = self._counted()
        is_shown = bool(lines) or self._is_concerned()
        return {
            "is_shown": is_shown,
            "lines": lines,
            "urgent": self._most_urgent(),
            "works": self.get_works() if is_shown else [],
            "month": self._month() if is_shown else {},
        }

    @api.model
    def _most_urgent(self):
        lines = self.search([("is_urgent", "=", True)], limit=MOST_URGENT)
        return lines.read(["title", "reason", "button"], load=None)

    @api.model
    def _counted(self):
        labels = dict(self._kinds())
        groups = self._read_group([], ["is_urgent", "kind"], ["__count"])
        return [
            {"kind": kind, "label": labels[kind], "count": count, "urgent": is_urgent}
            for is_urgent, kind, count in sorted(groups, key=lambda g: (not g[0], g[1]))
        ]

    @api.model
    @allowed(BILLING, AUDITOR)
    def get_works(self):
        """Return the long works that are under way, each as a bar shows it.

        :return: list of ``{"model", "id", "label", "done", "total", "failed",
            "message"}``; ``total`` 0: nobody knows yet; with ``url`` what was made is
            there to be taken
        """
        return self._works() if self._is_in_poland() else []

    @api.model
    def _is_in_poland(self):
        return "PL" in self.env.companies.mapped("country_code")

    @api.model
    def _works(self):
        """Every room adds its own."""
        return []

    @api.model
    def _is_concerned(self):
        """Tell whether one of the current companies has to do with KSeF."""
        return False

    @api.model
    def _month(self):
        """Return ``{name: numbers by day of this month}``; every room adds its own."""
        return {"days": [str(day) for day in self._days()]}

    @api.model
    def _days(self):
        """Return the days of this month up to today."""
        today = warsaw_today()
        return [today.replace(day=number) for number in range(1, today.day + 1)]

    @api.model
    def _by_day(self, model, moment, domain):
        """Return how many records there are of each day of this month.

        :param moment: name of a field that holds a moment
        """
        days = self._days()
        groups = (
            self.env[model]
            .with_context(tz=WARSAW.key)
            ._read_group(
                [
                    *domain,
                    ("company_id", "in", self.env.companies.ids),
                    (moment, ">=", days[0] - timedelta(days=1)),
                ],
                [f"{moment}:day"],
                ["__count"],
            )
        )
        counts = {day.date(): count for day, count in groups if day}
        return [counts.get(day, 0) for day in days]
