import logging
import time
from datetime import timedelta

from odoo import api, fields, models

from ...ksef_api import limits
from ...ksef_api.batch import MAX_INVOICES
from ...ksef_api.collective import DOCUMENTED_MOST
from ...ksef_api.errors import KsefError, RateLimited
from ..concurrency import checkpoint, own_cursor

_logger = logging.getLogger(__name__)

ASK_AGAIN = timedelta(days=1)


class Call(models.Model):
    """The calls to KSeF of the last hour, of all processes, for its limits of calls."""

    _name = "l10n_pl_ksef.call"
    _description = "KSeF: Call"
    _log_access = False

    context = fields.Char(required=True, help="Environment and NIP.")
    kind = fields.Char(required=True, help="Group of calls.")
    moment = fields.Float(required=True, help="Seconds since 1970.")

    _of_group = models.Index("(context, kind, moment)")

    @api.model
    def _count(self, context, group, allowed):
        """Note a call that is about to be made.

        :param allowed: limits of the group, see ``ksef_api.limits``
        :raise LimitReached: KSeF would refuse it
        """
        now = time.time()
        with own_cursor(self.env) as cr:
            cr.execute(
                "SELECT moment FROM l10n_pl_ksef_call "
                "WHERE context = %s AND kind = %s AND moment > %s ORDER BY moment",
                [context, group, now - limits.LONGEST],
            )
            times = [moment for (moment,) in cr.fetchall()]
            wait = limits.seconds_till_free(times, allowed, now)
            if wait:
                raise limits.LimitReached(retry_after=wait)
            cr.execute(
                "INSERT INTO l10n_pl_ksef_call (context, kind, moment) "
                "VALUES (%s, %s, %s)",
                [context, group, now],
            )

    @api.autovacuum
    def _forget(self):
        self.env.cr.execute(
            "DELETE FROM l10n_pl_ksef_call WHERE moment < %s",
            [time.time() - limits.LONGEST],
        )


class Connection(models.Model):
    _inherit = "l10n_pl_ksef.connection"

    limits = fields.Json(
        "Limits in KSeF",
        readonly=True,
        help="As KSeF told them: 'rates' (calls by group and time), 'context' (sizes "
        "and numbers in a session). The documented ones count until then.",
    )
    limits_asked_at = fields.Datetime("Limits Asked On", readonly=True)

    def _gate(self, method, path):
        """Let a call pass that KSeF's limits allow now.

        :raise LimitReached: it would be one too many
        """
        group = limits.group_of(method, path)
        if group is None:
            return
        allowed = limits.of_group(group, (self.limits or {}).get("rates"))
        context = f"{self._environment().code}:{self.nip}"
        self.env["l10n_pl_ksef.call"]._count(context, group, allowed)

    def _refresh_limits(self):
        """Ask once a day how much this context may do."""
        now = fields.Datetime.now()
        if self.limits_asked_at and self.limits_asked_at > now - ASK_AGAIN:
            return
        self.limits_asked_at = now
        try:
            self.limits = {
                "rates": self._call(lambda client: client.rate_limits()),
                "context": self._call(lambda client: client.context_limits()),
            }
        except RateLimited:
            raise
        except KsefError as error:
            _logger.info("KSeF: connection %s: limits unknown: %s", self.id, error)
        checkpoint(self.env)

    def _batch_limit(self):
        """Return how many invoices one batch session of this context takes."""
        known = ((self.limits or {}).get("context") or {}).get("batchSession") or {}
        return min(MAX_INVOICES, known.get("maxInvoices") or MAX_INVOICES)

    def _identifier_limit(self):
        """Return how many invoices one collective identifier of this context takes."""
        context = (self.limits or {}).get("context") or {}
        known = context.get("collectiveIdentifier") or {}
        return known.get("maxInvoices") or DOCUMENTED_MOST
