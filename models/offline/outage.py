import logging
from datetime import timedelta

from odoo import api, fields, models

from ...ksef_api import availability
from ...ksef_api.errors import KsefError
from ..concurrency import checkpoint
from ..connection.connection import ENVIRONMENTS
from ..times import naive_utc

_logger = logging.getLogger(__name__)

# The most serious first.
CATEGORIES = [
    ("total_failure", "Total failure"),
    ("failure", "Failure"),
    ("maintenance", "Unavailability"),
]


class Outage(models.Model):
    """A trouble that KSeF announced: until it ends, invoices are issued offline.

    *Niedostępność* (art. 106nh of the VAT act), *awaria* (106nf), *awaria całkowita*
    (106ng). They come from KSeF's public service *Latarnia*; where that is silent, an
    accounting administrator enters what the ministry published in BIP. Nothing is held
    back because of a row here: it moves deadlines, and people are shown it.

    What KSeF announces holds for every company. What somebody enters holds for their
    own (and its branches): the administrator of one company decides for no other.
    """

    _name = "l10n_pl_ksef.outage"
    _description = "KSeF: Announced Trouble"
    _inherit = ["l10n_pl_ksef.kept.fields"]
    _order = "start desc, id desc"
    _rec_name = "title"

    company_id = fields.Many2one(
        "res.company",
        readonly=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
        help="Of who entered it; empty when KSeF announced it, for all.",
    )
    environment = fields.Selection(
        ENVIRONMENTS, required=True, default="production", index=True
    )
    event = fields.Char(
        "Number of the Event",
        readonly=True,
        help="In Latarnia; empty when it was entered by hand.",
    )
    category = fields.Selection(CATEGORIES, "Kind", required=True, default="failure")
    title = fields.Char("Announcement", required=True)
    text = fields.Text("Wording of the Announcement")
    start = fields.Datetime("From", required=True, default=fields.Datetime.now)
    end = fields.Datetime("To", help="Empty while it lasts or the end is not known.")

    _event_unique = models.UniqueIndex(
        "(environment, event) WHERE event IS NOT NULL",
        "This announcement is known already.",
    )
    _end_after_start = models.Constraint(
        'CHECK("end" IS NULL OR "end" >= start)', "It cannot end before it begins."
    )

    @api.model
    def _ongoing(self, environment, company):
        """Return the trouble that lasts in ``environment`` for ``company``, or none."""
        now = fields.Datetime.now()
        # sudo: a branch hears what holds for the company that it belongs to
        self, company = self.sudo(), company.sudo()
        lasting = self.search(
            [
                ("company_id", "in", [False, *company.parent_ids.ids]),
                ("environment", "=", environment),
                ("start", "<=", now),
                "|",
                ("end", "=", False),
                ("end", ">", now),
            ]
        )
        order = [code for code, _label in CATEGORIES]
        return lasting.sorted(lambda outage: order.index(outage.category))[:1]

    @api.model_create_multi
    def create(self, vals_list):
        outages = super().create(vals_list)
        outages._changed()
        return outages

    def write(self, vals):
        result = super().write(vals)
        self._changed()
        return result

    def _concerns(self, company):
        """Tell whether this holds for ``company``."""
        self.ensure_one()
        return not self.company_id or self.company_id in company.parent_ids

    def _changed(self):
        """Deadlines depend on it, and people are told."""
        # sudo: nobody may write documents, this code does
        self.env["l10n_pl_ksef.document"].sudo()._outage_changed(self.sudo())
        self._notify()

    # --- Latarnia ------------------------------------------------------------

    @api.model
    def _cron_ask(self):
        """Ask Latarnia about every environment that a company is connected to."""
        # sudo: what KSeF announces holds for all, and nobody may write it
        self = self.sudo()
        connections = self.env["l10n_pl_ksef.connection"].search(
            [("environment", "!=", False), ("company_id.active", "=", True)]
        )
        for code, of_environment in connections.grouped("environment").items():
            environment = of_environment[0]._environment()
            # A neutralised database asks another environment than it names.
            if environment.status_url and environment.code == code:
                self._ask(environment)
                checkpoint(self.env)
        self._recent()._notify()

    @api.model
    def _recent(self):
        """Return what has begun and is not long over: it may begin and end as planned,
        without another word of KSeF.
        """
        now = fields.Datetime.now()
        lasting = ["|", ("end", "=", False), ("end", ">", now - timedelta(days=1))]
        return self.search([("start", "<=", now), *lasting])

    @api.model
    def _ask(self, environment):
        """Take in what KSeF announces; that the service is silent means nothing.

        :param environment: ``ksef_api`` Environment
        """
        try:
            announced = availability.troubles(environment)
        except KsefError as error:
            _logger.info("KSeF: Latarnia gave no answer: %s", type(error).__name__)
            return
        known = {
            outage.event: outage
            for outage in self.search(
                [("environment", "=", environment.code), ("event", "!=", False)]
            )
        }
        for trouble in announced:
            self._ingest(known.get(trouble.event), environment.code, trouble)

    def _ingest(self, outage, environment, trouble):
        values = {
            "category": trouble.category.lower(),
            "title": trouble.title or trouble.event,
            "text": trouble.text,
            "start": naive_utc(trouble.start),
            "end": trouble.end and naive_utc(max(trouble.start, trouble.end)),
        }
        if not outage:
            place = {"environment": environment, "event": trouble.event}
            self.create({**place, "company_id": False, **values})
        elif any((outage[name] or False) != (values[name] or False) for name in values):
            outage.write(values)
