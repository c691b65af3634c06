"""Which invoices go to KSeF, and when."""

from odoo import api, fields, models
from odoo.tools import SQL

from ..invoice.parties import NO_NUMBER
from ..times import start_of, warsaw_today


class ResCompany(models.Model):
    _inherit = "res.company"

    l10n_pl_ksef_send_consumers = fields.Boolean(
        "Send Invoices of Consumers Too",
        help="Invoices of customers without a NIP need not be in KSeF, but may.",
    )

    def _l10n_pl_ksef_since(self):
        """Return the date of the company's first invoice in KSeF, False without any.

        In the environment that the company is connected to now.
        """
        first = (
            self.env["l10n_pl_ksef.document"]
            # sudo: only a date of the company's first invoice in KSeF comes out
            .sudo()
            .search(
                [
                    ("company_id", "in", self._l10n_pl_ksef_of_taxpayer().ids),
                    # sudo: a branch need not see its taxpayer
                    ("environment", "=", self.sudo().l10n_pl_ksef_last_environment),
                    ("state", "=", "accepted"),
                ],
                order="id",
                limit=1,
            )
        )
        return first.move_id.invoice_date


class SettingsMixin(models.AbstractModel):
    _inherit = "l10n_pl_ksef.settings.mixin"

    l10n_pl_ksef_send_consumers = fields.Boolean(
        related="company_id.l10n_pl_ksef_send_consumers", readonly=False
    )


class AccountJournal(models.Model):
    _inherit = "account.journal"

    l10n_pl_ksef_send_on_validation = fields.Selection(
        [("company", "As the company"), ("yes", "Yes"), ("no", "No")],
        "Send to KSeF on Validation",
        required=True,
        default="company",
        help="Whether validated invoices of this journal go to KSeF by themselves.",
    )


class ResPartner(models.Model):
    _inherit = "res.partner"

    l10n_pl_ksef_is_excluded = fields.Boolean(
        "Not to KSeF",
        help="Invoices of this customer are never sent to KSeF.",
    )
    l10n_pl_ksef_is_consumer = fields.Boolean(
        "Has No NIP (Consumer)",
        help="An organisation without a NIP. It buys as a consumer does: its invoices "
        "need not be in KSeF.",
    )


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_is_outside = fields.Boolean(
        "Issued Outside KSeF",
        copy=False,
        help="It was not issued in KSeF and is not sent there: for example an invoice "
        "from before the company began with KSeF. Corrections of it say so.",
    )

    def write(self, vals):
        # EXTENDS 'account': what was issued elsewhere does not wait to be sent
        result = super().write(vals)
        if vals.get("l10n_pl_ksef_is_outside"):
            self._l10n_pl_ksef_withdraw()
        return result

    def _l10n_pl_ksef_withdraw(self):
        """Take these out of the queue, but for what was issued offline already."""
        # sudo: nobody may write documents, this code does
        waiting = self.sudo().l10n_pl_ksef_document_ids.filtered(
            lambda document: document.state == "queued" and not document.is_offline
        )
        waiting.write({"state": "cancelled", "retry_at": False})

    def _l10n_pl_ksef_is_consumer(self):
        """Tell whether the buyer has no tax number: a consumer.

        A company is one only where somebody said so (of one in Poland also by Odoo's
        sign for "has none", a slash): a NIP may have been forgotten, and a foreign
        company may have no number and is a business all the same.
        """
        buyer = self.commercial_partner_id
        number = (buyer.vat or "").strip()
        if number not in NO_NUMBER:
            return False
        has_none = number and buyer.country_code in (False, "PL")
        return bool(not buyer.is_company or has_none or buyer.l10n_pl_ksef_is_consumer)

    def _l10n_pl_ksef_lacks_nip(self):
        """Tell whether the buyer is a company in Poland whose NIP nobody entered, nor
        said that it has none.
        """
        buyer = self.commercial_partner_id
        return (
            buyer.country_code == "PL"
            and (buyer.vat or "").strip() in NO_NUMBER
            and not self._l10n_pl_ksef_is_consumer()
        )

    def _l10n_pl_ksef_is_wanted(self):
        """Tell whether this invoice goes to KSeF unless somebody decides otherwise."""
        self.ensure_one()
        if self._l10n_pl_ksef_settles_nothing():
            return False
        return (
            not self._l10n_pl_ksef_is_consumer()
            or self.company_id._l10n_pl_ksef_taxpayer().l10n_pl_ksef_send_consumers
        )

    @api.model
    def _l10n_pl_ksef_unneeded_sql(self):
        """Return the condition for invoices that need not be in KSeF: the same rule as
        of ``_l10n_pl_ksef_is_wanted`` and of excluded customers, for many at once.

        The query has ``move``, its ``buyer`` (commercial partner), ``journal`` and
        ``taxpayer`` (company).
        """
        # sudo: any user may be asked about Poland
        poland = self.env.ref("base.pl").sudo().id
        return SQL(
            """
            (buyer.l10n_pl_ksef_is_excluded IS TRUE
             OR (taxpayer.l10n_pl_ksef_send_consumers IS NOT TRUE
                 AND TRIM(COALESCE(buyer.vat, '')) IN ('', '/')
                 AND (buyer.is_company IS NOT TRUE
                      OR buyer.l10n_pl_ksef_is_consumer IS TRUE
                      OR (COALESCE(TRIM(buyer.vat), '') = '/'
                          AND COALESCE(buyer.country_id, %s) = %s)))
             OR (move.move_type IN ('in_invoice', 'in_refund')
                 AND COALESCE(buyer.country_id, %s) != %s)
             -- Advances covered everything.
             OR (move.amount_total = 0 AND EXISTS (
                 SELECT FROM account_move_line line
                  WHERE line.move_id = move.id AND line.display_type = 'product'
                    AND line.price_subtotal < 0)))
            """,
            poland,
            poland,
            poland,
            poland,
        )

    def _l10n_pl_ksef_why_unneeded(self):
        """Return why this invoice need not be in KSeF, None when it has to be."""
        if self.commercial_partner_id.l10n_pl_ksef_is_excluded:
            return self.env._(
                "The customer is marked “Not to KSeF”: its invoices are never sent."
            )
        if self._l10n_pl_ksef_is_wanted():
            return None
        if self._l10n_pl_ksef_is_consumer():
            return self.env._("The buyer is a consumer: it need not be in KSeF.")
        return self.env._("It need not be in KSeF.")

    def _l10n_pl_ksef_goes_by_itself(self):
        """Tell whether validation alone sends this invoice."""
        self.ensure_one()
        choice = self.journal_id.l10n_pl_ksef_send_on_validation
        if choice == "company":
            taxpayer = self.company_id._l10n_pl_ksef_taxpayer()
            is_on = taxpayer.l10n_pl_ksef_send_on_validation
        else:
            is_on = choice == "yes"
        return is_on and self._l10n_pl_ksef_is_wanted()

    def _l10n_pl_ksef_is_sendable(self):
        # The one who excluded the customer has decided for everybody.
        excluded = self.commercial_partner_id.l10n_pl_ksef_is_excluded
        outside = excluded or self.l10n_pl_ksef_is_outside
        return super()._l10n_pl_ksef_is_sendable() and not outside

    def _l10n_pl_ksef_day(self):
        """Return the moment (UTC) at which the invoice's date begins, False when it has
        begun: KSeF takes no invoice of a future date.
        """
        if not self.invoice_date or self.invoice_date <= warsaw_today():
            return False
        return start_of(self.invoice_date)


class AccountMoveSend(models.AbstractModel):
    _inherit = "account.move.send"

    @api.model
    def _get_default_extra_edis(self, move):
        # EXTENDS 'account'
        chosen = super()._get_default_extra_edis(move)
        return chosen if move._l10n_pl_ksef_is_wanted() else chosen - {"l10n_pl_ksef"}
