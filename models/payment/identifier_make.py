import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...ksef_api.collective import CollectiveMember
from ...ksef_api.errors import KsefError, was_not_carried_out
from ..concurrency import advisory_lock, checkpoint, isolated
from ..connection.verdict_final import SETTLED_AFTER
from ..times import naive_utc
from .identifier import UNDECIDED, _members

_logger = logging.getLogger(__name__)

# KSeF's clock and ours may differ by so much.
CLOCKS_DIFFER = timedelta(minutes=5)


class Identifier(models.Model):
    _inherit = "l10n_pl_ksef.identifier"

    @api.model
    def _made_for(self, company, partner, parts, purpose="pay"):
        """Return the identifier for a transfer, made in KSeF now where there is none;
        commits. See ``_for_transfer``.

        :raise UserError: it was not made; why, and what to do
        """
        # Two windows on the same bills, or a press too many, make one number.
        with advisory_lock(self.env, f"identifiers:{company.id}") as mine:
            if not mine:
                raise UserError(
                    self.env._(
                        "A collective identifier is being made right now. Try again "
                        "in a moment."
                    )
                )
            # What others have made until now is seen from here on.
            checkpoint(self.env)
            identifier = self._for_transfer(company, partner, parts, purpose)
            if identifier.state != "made":
                identifier._make()
        identifier._refuse_unmade()
        return identifier

    def _make(self):
        """Have KSeF make the number of this row; commits before and after the call.

        After it the state tells how it went; nothing is raised for what KSeF says. A
        row whose earlier answer was lost is looked up in KSeF first.
        """
        self.ensure_one()
        checkpoint(self.env)
        with advisory_lock(self.env, f"identifier:{self.id}") as mine:
            if not mine:
                return
            self.invalidate_recordset()
            if self.state in UNDECIDED:
                self._look_up()
            if self.state == "draft":
                self._order_number()

    def _order_number(self):
        self.write({"state": "making", "asked_at": fields.Datetime.now()})
        checkpoint(self.env)
        members = [
            CollectiveMember(line.ksef_number, line._decimal(), line.currency_id.name)
            for line in self.line_ids
        ]
        try:
            number = self._connection()._call(
                lambda client: client.create_collective_identifier(members)
            )
        except KsefError as error:
            self._note_error(error)
        else:
            self._made(number, fields.Datetime.now())
        checkpoint(self.env)

    def _note_error(self, error):
        """What was surely not carried out may be asked again; else KSeF is asked."""
        verdict = self.env["l10n_pl_ksef.verdict"]._of(error, "identifier")
        state = "draft" if was_not_carried_out(error) else "unknown"
        if verdict.outcome == "refused":
            state = "failed"
        self.write({"state": state, "message": verdict.message})
        if self.state == "unknown":
            # sudo: whoever causes it may wake the cron
            self.env.ref("l10n_pl_ksef.ir_cron_identifier").sudo()._trigger(
                at=fields.Datetime.now() + SETTLED_AFTER
            )

    def _made(self, number, made_at):
        self.write(
            {"state": "made", "number": number, "made_at": made_at, "message": False}
        )

    def _look_up(self):
        """Ask KSeF whether it made the number of this row, whose answer was lost.

        Ours is one that this company made since it was asked for, of the same invoices
        and amounts, and that no other row has. Where there is none, and the time for a
        late one has passed, the row is a draft again.
        """
        try:
            number, made_at = self._find_in_ksef()
        except KsefError as error:
            self.write(
                {
                    "state": "unknown",
                    "message": self.env["l10n_pl_ksef.verdict"]._of(error).message,
                }
            )
            checkpoint(self.env)
            return
        if number:
            self._made(number, made_at)
        elif self.asked_at + SETTLED_AFTER <= fields.Datetime.now():
            self.write({"state": "draft", "message": False})
        else:
            self.state = "unknown"
        checkpoint(self.env)

    def _find_in_ksef(self):
        connection = self._connection()
        first = self.line_ids[:1].ksef_number
        since = self.asked_at - CLOCKS_DIFFER
        listing = connection._call(
            lambda client: list(client.collective_identifiers_of(first))
        )
        numbers = [item.number for item in listing]
        known = set(self.search([("number", "in", numbers)]).mapped("number"))
        wanted = _members((line.ksef_number, line._decimal()) for line in self.line_ids)
        for item in listing:
            made_at = naive_utc(item.created)
            if item.is_own and made_at >= since and item.number not in known:
                if self._members_in_ksef(connection, item.number) == wanted:
                    return item.number, made_at
        return None, None

    def _members_in_ksef(self, connection, number):
        invoices = connection._call(
            lambda client: list(client.collective_invoices([number]))
        )
        return _members((item.ksef_number, item.amount) for item in invoices)

    def _connection(self):
        return self.env["l10n_pl_ksef.connection"]._of_company(self.company_id)

    @api.model
    def _cron_look_up(self):
        """Ask KSeF about rows whose answer was lost; this never makes a number."""
        undecided = [("state", "in", UNDECIDED), ("company_id.active", "=", True)]
        for identifier in self.search(undecided):
            with isolated(self.env, identifier):
                with advisory_lock(self.env, f"identifier:{identifier.id}") as mine:
                    if mine:
                        identifier._look_up()
