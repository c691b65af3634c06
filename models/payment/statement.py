import logging

from psycopg2 import OperationalError

from odoo import Command, api, fields, models

from ..access import BANKING, allowed
from ..client_actions import notice, reload_page
from .settle import Titles

_logger = logging.getLogger(__name__)
# In the context while transactions are created: ``Titles`` of all of them.
TITLES = "l10n_pl_ksef_titles"


class ResCompany(models.Model):
    _inherit = "res.company"

    l10n_pl_ksef_match_statements = fields.Boolean(
        "Match Transfers by KSeF Number",
        default=True,
        help="A transaction of the bank whose title names KSeF numbers is reconciled "
        "with exactly these invoices as it comes in.",
    )


class SettingsMixin(models.AbstractModel):
    _inherit = "l10n_pl_ksef.settings.mixin"

    l10n_pl_ksef_match_statements = fields.Boolean(
        related="company_id.l10n_pl_ksef_match_statements", readonly=False
    )


class StatementLine(models.Model):
    """Money finds its invoice by the number in the title.

    What is found and fits is reconciled; what is found and does not, a person decides;
    anything else is left to whatever reconciles there.
    """

    _inherit = "account.bank.statement.line"

    l10n_pl_ksef_found = fields.Char(
        "KSeF Numbers in the Title", readonly=True, copy=False
    )
    l10n_pl_ksef_match = fields.Selection(
        [
            ("done", "Reconciled by its number"),
            ("open", "To be matched"),
            ("mistyped", "Mistyped number"),
        ],
        "Match by KSeF Number",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    l10n_pl_ksef_match_remarks = fields.Char("Remarks", readonly=True, copy=False)

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'account'
        titles = Titles(self.env, [vals.get("payment_ref") for vals in vals_list])
        reading = self.with_context(**{TITLES: titles})
        lines = super(StatementLine, reading).create(vals_list).with_env(self.env)
        lines._l10n_pl_ksef_note_titles(titles)
        lines._l10n_pl_ksef_reconcile(titles)
        return lines

    def _prepare_move_line_default_vals(self, counterpart_account_id=None):
        # EXTENDS 'account': a transaction that comes in is booked once, on what it pays
        values = super()._prepare_move_line_default_vals(counterpart_account_id)
        titles = self.env.context.get(TITLES)
        # Not what a person's context may have under that name.
        by_code = isinstance(titles, Titles)
        if not by_code or counterpart_account_id or not self._l10n_pl_ksef_is_read():
            return values
        reading = titles.reading(self)
        by_itself = self.company_id.l10n_pl_ksef_match_statements
        if not reading or not reading.names or not by_itself:
            return values
        return self._l10n_pl_ksef_booked(titles, values)

    def _l10n_pl_ksef_is_read(self):
        return self.company_id.country_code == "PL"

    def _l10n_pl_ksef_booked(self, titles, values):
        """Return ``values`` of Odoo's two items with what the title names in the place
        of the suspense account, where it fits."""
        settlement = titles.settle(self._l10n_pl_ksef_told())
        return settlement.booked(self, *values) if settlement.pairs else values

    def _l10n_pl_ksef_told(self):
        """What is told stays: where no person imports, in the company's language."""
        lang = self.env.lang or self.company_id.partner_id.lang
        return self.with_context(lang=lang)

    def _l10n_pl_ksef_note_titles(self, titles):
        """Note which numbers the titles name."""
        for line in self.filtered(lambda one: one._l10n_pl_ksef_is_read()):
            reading = titles.reading(line)
            if reading and reading.names:
                found, match, remarks = reading.names, "open", titles.remarks(line)
            elif reading and reading.mistyped:
                found, match = reading.mistyped, "mistyped"
                remarks = line._l10n_pl_ksef_told().env._(
                    "The check sum of the number in the title is wrong."
                )
            else:
                continue
            line.write(
                {
                    "l10n_pl_ksef_found": ", ".join(found),
                    "l10n_pl_ksef_match": match,
                    "l10n_pl_ksef_match_remarks": remarks,
                }
            )

    @allowed(BANKING, operation="write")
    def action_l10n_pl_ksef_match(self):
        """Reconcile these transactions by the numbers in their titles."""
        untouched = self.filtered(lambda line: line._l10n_pl_ksef_is_untouched())
        titles = Titles(self.env, untouched.mapped("payment_ref"))
        for line in untouched:
            values = line._prepare_move_line_default_vals()
            booked = line._l10n_pl_ksef_booked(titles, values)
            line.l10n_pl_ksef_match_remarks = titles.remarks(line)
            if booked is not values:
                line._l10n_pl_ksef_rebook(titles, booked)
        untouched._l10n_pl_ksef_reconcile(titles)
        left = self.filtered(lambda line: line.l10n_pl_ksef_match == "open")
        return notice(
            self.env._(
                "Reconciled: %(done)s. Left: %(left)s.",
                done=len(self) - len(left),
                left=len(left),
            ),
            "warning" if left else "success",
            then=reload_page(),
        )

    def _l10n_pl_ksef_is_untouched(self):
        """Tell whether all of it is on the suspense account still."""
        _liquidity, suspense, other = self._seek_for_lines()
        return bool(suspense) and not other and not self.is_reconciled

    def _l10n_pl_ksef_rebook(self, titles, values):
        """Put items with these ``values`` in the place of those that it has."""
        commands = [Command.clear(), *(Command.create(one) for one in values)]
        quiet = self.with_context(force_delete=True, skip_readonly_check=True)
        try:
            with self.env.cr.savepoint():
                quiet.write({"line_ids": commands})
        except Exception as error:
            titles.settlements.pop(self)
            self._l10n_pl_ksef_leave(error)

    def _l10n_pl_ksef_reconcile(self, titles):
        """Reconcile what these pay: all at once, or one by one where one of them cannot
        be."""
        plans = {
            line: line._l10n_pl_ksef_plan(titles.settlements[line].pairs)
            for line in self
            if line in titles.settlements and titles.settlements[line].pairs
        }
        try:
            self._l10n_pl_ksef_carry_out([pair for p in plans.values() for pair in p])
        except OperationalError:
            raise  # another process was faster: Odoo does it all again
        except Exception:
            for line, plan in plans.items():
                line._l10n_pl_ksef_reconcile_alone(plan)
        done = self.browse(line.id for line in plans if line.is_reconciled)
        done.l10n_pl_ksef_match = "done"

    def _l10n_pl_ksef_reconcile_alone(self, plan):
        try:
            self._l10n_pl_ksef_carry_out(plan)
        except Exception as error:
            self.action_undo_reconciliation()
            self._l10n_pl_ksef_leave(error)

    def _l10n_pl_ksef_plan(self, pairs):
        """Return ``[item and its counterpart]``: items are made in the order of
        ``Settlement.booked``."""
        made = self.move_id.line_ids.sorted("id")[1 : len(pairs) + 1]
        return [item + mine for (item, _amount), mine in zip(pairs, made, strict=False)]

    @api.model
    def _l10n_pl_ksef_carry_out(self, plan):
        if plan:
            with self.env.cr.savepoint():
                self.env["account.move.line"]._reconcile_plan(plan)

    def _l10n_pl_ksef_leave(self, error):
        """What cannot be booked here is left to a person; the import goes on."""
        _logger.info("KSeF: %s was not reconciled: %s", self, error)
        self.l10n_pl_ksef_match_remarks = str(error)
