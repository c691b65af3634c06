"""Whose bill it is: a person for each, told once a day, and handed over with a note."""

from odoo import fields, models

from ..access import BILLING, allowed
from .compiled import folded, numbers_of

ACTIVITY = "l10n_pl_ksef.activity_bill"


class Bill(models.Model):
    _inherit = "l10n_pl_ksef.bill"

    user_id = fields.Many2one(
        "res.users", "Responsible Person", readonly=True, index="btree_not_null"
    )
    handed_over = fields.Char("Note on Handing Over", readonly=True)

    def _sorted_values(self, document, decision, vendors):
        values = super()._sorted_values(document, decision, vendors)
        if self.user_id or self.is_sale:
            return values
        if self.company_id._l10n_pl_ksef_uses("responsible"):
            user = self.company_id._l10n_pl_ksef_responsible(
                document, decision, vendors
            )
            values["user_id"] = user.id
        return values

    def write(self, vals):
        result = super().write(vals)
        if vals.get("user_id"):
            mine = self.filtered(lambda bill: bill.state != "ignored")
            self.env["l10n_pl_ksef.notification"]._notify(
                "bills_mine", mine, occasion=vals["user_id"]
            )
        return result

    def _make_move(self):
        # EXTENDS l10n_pl_ksef/models/receiving/make.py
        env, person = self.env, self.user_id.id
        self = self.with_context(l10n_pl_ksef_responsible=person)  # noqa: PLW0642
        return super()._make_move().with_env(env)

    def _made(self, move):
        # EXTENDS l10n_pl_ksef/models/receiving/make.py
        result = super()._made(move)
        if self.user_id and not move.l10n_pl_ksef_user_id:
            # sudo: only code writes it
            move.sudo()._l10n_pl_ksef_assign(self.user_id)
        elif move.l10n_pl_ksef_user_id and not self.user_id:
            self.user_id = move.l10n_pl_ksef_user_id
        return result

    @allowed(BILLING)
    def action_hand_over(self):
        """Open the window in which these are given to somebody else."""
        return self.env["l10n_pl_ksef.hand.over"]._open(bills=self)

    def _hand_over(self, user, note):
        """``user`` looks after these, and their bills, from now on."""
        self.write({"user_id": user.id, "handed_over": note})
        self.move_id._l10n_pl_ksef_hand_over(user, note)


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_user_id = fields.Many2one(
        "res.users",
        "Responsible Person",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Who is to look at this bill.",
    )

    def _l10n_pl_ksef_decide(self, bill_import):
        # EXTENDS l10n_pl_ksef/models/bill/pipeline.py
        super()._l10n_pl_ksef_decide(bill_import)
        company = bill_import.company
        if not company._l10n_pl_ksef_uses("responsible"):
            return
        # Only what the inbox says: a file may be dropped with any context.
        user = self.env.su and self.env.context.get("l10n_pl_ksef_responsible")
        if not user:
            user = company._l10n_pl_ksef_responsible(
                bill_import.document, bill_import.decision, bill_import.partner
            ).id
        bill_import.values["l10n_pl_ksef_user_id"] = user

    def _l10n_pl_ksef_finish(self, bill_import):
        # EXTENDS l10n_pl_ksef/models/bill/pipeline.py
        result = super()._l10n_pl_ksef_finish(bill_import)
        if self.l10n_pl_ksef_user_id:
            self._l10n_pl_ksef_plan()
        return result

    def _l10n_pl_ksef_task_user(self):
        return self.l10n_pl_ksef_user_id or super()._l10n_pl_ksef_task_user()

    def _l10n_pl_ksef_assign(self, user, note=False):
        """``user`` looks after these drafts; their activities are theirs.

        :param note: what the person who handed them over wrote
        """
        self.l10n_pl_ksef_user_id = user
        for move in self.filtered(lambda move: move.state == "draft"):
            move.activity_unlink([ACTIVITY])
            move._l10n_pl_ksef_plan(note)

    def _l10n_pl_ksef_plan(self, note=False):
        self.activity_schedule(
            ACTIVITY, user_id=self.l10n_pl_ksef_user_id.id, note=note or None
        )

    def _l10n_pl_ksef_hand_over(self, user, note):
        for move in self:
            before = move.l10n_pl_ksef_user_id.name or self.env.user.name
            text = self.env._(
                "Handed over from %(before)s to %(user)s.",
                before=before,
                user=user.name,
            )
            move._message_log(body=f"{text} {note or ''}".strip())
        # sudo: only code writes it
        self.sudo()._l10n_pl_ksef_assign(user, note)

    @allowed(BILLING)
    def action_l10n_pl_ksef_hand_over(self):
        """Open the window in which these bills are given to somebody else."""
        purchases = self.filtered(lambda move: move.is_purchase_document(True))
        return self.env["l10n_pl_ksef.hand.over"]._open(moves=purchases)

    def _post(self, soft=True):
        # EXTENDS 'account': who was to look at it has done so
        posted = super()._post(soft)
        posted.filtered("l10n_pl_ksef_user_id").activity_feedback([ACTIVITY])
        return posted


class ResCompany(models.Model):
    _inherit = "res.company"

    def _l10n_pl_ksef_responsible(self, document, decision, vendors):
        """Return who looks after a document: by a rule, the buyer of the order, the
        person of our unit, that of the vendor; nobody where none is known.

        :param document: ``fa3`` Invoice
        :param decision: ``Decision`` of the rules
        :param vendors: partners that may be its seller
        """
        ruled = decision.of_bill("responsible") if decision else None
        users = self.env["res.users"]
        for user in (
            users.browse(ruled),
            self._l10n_pl_ksef_buyer(document),
            self._l10n_pl_ksef_unit_person(document),
            *self._l10n_pl_ksef_vendor_persons(vendors),
        ):
            if user and self._l10n_pl_ksef_is_person_here(user):
                return user
        return users

    def _l10n_pl_ksef_is_person_here(self, user):
        # sudo: a person's companies are no secret to what chooses between people
        user = user.sudo()
        return user.active and not user.share and self in user.company_ids

    def _l10n_pl_ksef_buyer(self, document):
        """Return the buyer of the order that the document names, where there is
        *purchase*.
        """
        numbers = numbers_of(document.body)
        if not numbers or "purchase.order" not in self.env:
            return self.env["res.users"]
        # sudo: who does the books need not see the orders
        orders = self.env["purchase.order"].sudo()
        domain = [("company_id", "=", self.id), ("name", "in", numbers)]
        return orders.search(domain, limit=1).user_id

    def _l10n_pl_ksef_unit_person(self, document):
        """Return the person of our unit that the document names: of a contact of the
        company with that internal number (IDWew), or that name.
        """
        parties = [row.identification for row in document.third_parties]
        if not parties:
            return self.env["res.users"]
        ids = {party.internal_id for party in parties if party.internal_id}
        names = {folded(party.name) for party in parties if party.name}
        # sudo: the company's own units, whoever may see its contacts
        units = self.sudo().partner_id.child_ids.filtered("user_id")
        named = units.filtered(
            lambda unit: unit.l10n_pl_ksef_internal_id in ids
            or folded(unit.name) in names
        )
        return named[:1].user_id

    def _l10n_pl_ksef_vendor_persons(self, vendors):
        """Yield the persons who look after the vendor: buyer, then its person."""
        # sudo: who buys from whom is asked for, whoever may see the contacts
        for vendor in (vendors | vendors.commercial_partner_id).sudo():
            if "buyer_id" in vendor._fields:
                yield vendor.with_company(self).buyer_id
            yield vendor.user_id


class Notification(models.Model):
    _inherit = "l10n_pl_ksef.notification"

    def _types_of(self, company):
        # EXTENDS l10n_pl_ksef/models/notification/notification.py
        types = super()._types_of(company)
        if company._l10n_pl_ksef_uses("responsible"):
            return types
        return types - {"bills_mine"}


class Notice(models.Model):
    _inherit = "l10n_pl_ksef.notice"

    def _responsible(self):
        # EXTENDS l10n_pl_ksef/models/notification/notice.py
        people = super()._responsible()
        record = self._record()
        if self.type != "bills_mine" or record._name != "l10n_pl_ksef.bill":
            return people
        return people | record.user_id.filtered(
            lambda user: user.active and not user.share
        )
