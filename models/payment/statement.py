import logging

from odoo import Command, api, fields, models

from ...ksef_api.title_reading import read_title
from ..access import BANKING, allowed
from ..client_actions import notice, reload_page
from .settle import Settlement, targets_of

_logger = logging.getLogger(__name__)


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
        lines = super().create(vals_list)
        polish = lines.filtered(lambda line: line.company_id.country_code == "PL")
        for company, theirs in polish.grouped("company_id").items():
            # What is told stays: where no person imports, in the company's language.
            lang = self.env.lang or company.partner_id.lang
            theirs.with_context(lang=lang)._l10n_pl_ksef_read_titles()
        return lines

    def _l10n_pl_ksef_read_titles(self):
        """Note which numbers the titles name, and reconcile what fits."""
        readings = {}
        for line in self:
            reading = read_title(line.payment_ref)
            found = [*reading.numbers, *reading.identifiers]
            if found:
                readings[line] = reading
                line.write(
                    {
                        "l10n_pl_ksef_found": ", ".join(found),
                        "l10n_pl_ksef_match": "open",
                    }
                )
            elif reading.mistyped:
                line.write(
                    {
                        "l10n_pl_ksef_found": ", ".join(reading.mistyped),
                        "l10n_pl_ksef_match": "mistyped",
                        "l10n_pl_ksef_match_remarks": self.env._(
                            "The check sum of the number in the title is wrong."
                        ),
                    }
                )
        by_itself = {
            line: reading
            for line, reading in readings.items()
            if line.company_id.l10n_pl_ksef_match_statements and not line.is_reconciled
        }
        self._l10n_pl_ksef_settle(by_itself)

    @allowed(BANKING, operation="write")
    def action_l10n_pl_ksef_match(self):
        """Reconcile these transactions by the numbers in their titles."""
        open_lines = self.filtered(lambda line: not line.is_reconciled)
        open_lines._l10n_pl_ksef_settle(
            {line: read_title(line.payment_ref) for line in open_lines}
        )
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

    def _l10n_pl_ksef_settle(self, readings):
        """Reconcile the lines of ``readings`` ({line: Reading}) where they fit."""
        found = targets_of(self.env, readings)
        for line, targets in found.items():
            settlement = Settlement.of(line, targets)
            if settlement.remarks:
                line.l10n_pl_ksef_match_remarks = settlement.remarks
            if not settlement.pairs:
                continue
            try:
                with self.env.cr.savepoint():
                    line._l10n_pl_ksef_reconcile(settlement)
            except Exception as error:
                # What cannot be booked here is left to a person; the import goes on.
                _logger.info("KSeF: %s was not reconciled: %s", line, error)
                line.l10n_pl_ksef_match_remarks = str(error)

    def _l10n_pl_ksef_reconcile(self, settlement):
        """Put the items of ``settlement`` in the place of the suspense account."""
        self.ensure_one()
        liquidity, suspense, _other = self._seek_for_lines()
        values, left = [], -sum(suspense.mapped("amount_currency"))
        left_balance = -sum(suspense.mapped("balance"))
        for item, amount in settlement.pairs:
            converted = self._prepare_counterpart_amounts_using_st_line_rate(
                item.currency_id, 0, amount
            )
            values.append(
                {
                    "name": self.payment_ref,
                    "account_id": item.account_id.id,
                    "partner_id": item.partner_id.id,
                    "currency_id": item.currency_id.id,
                    "amount_currency": -amount,
                    "balance": -converted["balance"],
                }
            )
            left -= amount
            left_balance -= converted["balance"]
        commands = [Command.delete(line.id) for line in suspense]
        commands += [Command.create(value) for value in values]
        partners = {item.partner_id for item, _amount in settlement.pairs}
        partner = self.partner_id
        if not partner and len(partners) == 1:
            # By its item: written on the transaction, Odoo would book it anew.
            partner = partners.pop()
            commands.append(Command.update(liquidity.id, {"partner_id": partner.id}))
        if not suspense.currency_id.is_zero(left):
            commands.append(
                Command.create(
                    {
                        "name": self.payment_ref,
                        "account_id": suspense.account_id.id,
                        "partner_id": partner.id,
                        "currency_id": suspense.currency_id.id,
                        "amount_currency": -left,
                        "balance": -left_balance,
                    }
                )
            )
        before = self.move_id.line_ids
        self.with_context(force_delete=True, skip_readonly_check=True).write(
            {"line_ids": commands}
        )
        new = (self.move_id.line_ids - before).sorted("id")
        for (item, _amount), counterpart in zip(settlement.pairs, new, strict=False):
            (item + counterpart).reconcile()
        if self.is_reconciled:
            self.l10n_pl_ksef_match = "done"
