from odoo import api, fields, models
from odoo.tools import SQL

from ..access import AUDITOR, BILLING, allowed, is_in
from ..client_actions import close_window


class Attention(models.Model):
    """Everything about KSeF that waits for people, by company: *Needs Attention*.

    No rows are kept: they follow from the records themselves, so a line is gone when
    its reason is. Each room says in ``_sources`` what of its own waits.
    """

    _name = "l10n_pl_ksef.attention"
    _description = "KSeF: Needs Attention"
    _auto = False
    _order = "is_urgent desc, since, kind, id"
    _rec_name = "title"

    company_id = fields.Many2one("res.company", readonly=True)
    kind = fields.Selection("_kinds", "Concerns", readonly=True)
    is_urgent = fields.Boolean("Urgent", readonly=True)
    since = fields.Date(readonly=True)
    res_model = fields.Char("Model", readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", readonly=True)
    title = fields.Char("Name", compute="_compute_told")
    reason = fields.Text(compute="_compute_told")
    button = fields.Char("What to Do", compute="_compute_told")

    @api.model
    def _sources(self):
        """Return the list of ``Source``; every room adds its own."""
        return []

    @api.model
    def _kinds(self):
        return [(source.kind, source.label) for source in self._sources()]

    @property
    def _table_query(self):
        sources = self._sources()
        # The query reads of many models what may not be written yet.
        self.env.flush_all()
        return SQL(" UNION ALL ").join(
            SQL(
                """
                SELECT source.id::bigint * %s + %s AS id, source.company_id,
                       source.since::date AS since, %s::varchar AS kind,
                       %s::varchar AS res_model, source.id AS res_id,
                       %s::boolean AS is_urgent
                  FROM (%s) source
                """,
                len(sources),
                number,
                source.kind,
                source.model,
                source.is_urgent,
                source.query,
            )
            for number, source in enumerate(sources)
        )

    @api.depends("kind", "res_model", "res_id")
    @api.depends_context("lang", "uid")
    def _compute_told(self):
        sources = {source.kind: source for source in self._sources()}
        for kind, lines in self.grouped("kind").items():
            source = sources[kind]
            may = is_in(self.env, *source.groups)
            # Of all lines at once: what they tell of is read in few queries.
            records = self.env[source.model].browse(lines.mapped("res_id"))
            for line, record in zip(lines, records, strict=True):
                named = source.title and source.title(record)
                line.title = named or record.display_name
                line.reason = source.reason(record)
                line.button = may and source.button

    def _record(self):
        return self.env[self.res_model].browse(self.res_id)

    @allowed(BILLING, AUDITOR)
    def action_open(self):
        """Open what waits."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }

    @allowed(BILLING, AUDITOR)
    def action_do(self):
        """Do what the line's button says."""
        self.ensure_one()
        source = next(s for s in self._sources() if s.kind == self.kind)
        if not source.action or not is_in(self.env, *source.groups):
            return self.action_open()
        done = getattr(self._record(), source.action)()
        # Whoever has the button loads itself anew.
        return done if isinstance(done, dict) else close_window()
