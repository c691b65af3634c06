"""What people are told after they pressed *send*."""

from odoo import models

from ..client_actions import close_window, notice

ON_THE_WAY = ("sending", "sent", "unknown")
NOT_TAKEN = ("incomplete", "rejected")


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_pl_ksef_send_summary(self):
        """Return a notice about where these are now: a sentence of one, a count of
        many.
        """
        states = set(self.mapped("l10n_pl_ksef_state"))
        if states & set(NOT_TAKEN):
            kind = "danger"
        else:
            kind = "success" if states == {"accepted"} else "info"
        if len(self) == 1:
            message = self._l10n_pl_ksef_where()
        else:
            message = " ".join(self._l10n_pl_ksef_where_all())
        # The page with the button loads itself anew, and a window closes.
        return notice(message, kind, then=close_window())

    def _l10n_pl_ksef_where(self):
        """Return a sentence about where this invoice is on its way to KSeF."""
        name, state = self.name, self.l10n_pl_ksef_state
        # sudo: who reads the invoice need not read its documents
        document = self.sudo()._l10n_pl_ksef_current_document()
        if state == "accepted":
            return self.env._(
                "Invoice %(name)s is in KSeF, number %(number)s.",
                name=name,
                number=self.l10n_pl_ksef_number,
            )
        if state == "rejected":
            return self.env._(
                "KSeF rejected invoice %(name)s: %(reason)s",
                name=name,
                reason=document.waiting_reason,
            )
        if state == "incomplete":
            return self.env._(
                "Something is missing on invoice %(name)s: %(reason)s",
                name=name,
                reason=document.waiting_reason,
            )
        if state in ON_THE_WAY:
            return self.env._(
                "Invoice %(name)s is on its way to KSeF, its number follows by "
                "itself. %(reason)s",
                name=name,
                reason=document.waiting_reason,
            )
        return self.env._(
            "Invoice %(name)s waits and is sent to KSeF by itself. %(reason)s",
            name=name,
            reason=document.waiting_reason or "",
        )

    def _l10n_pl_ksef_where_or_not(self):
        """Return where this is on its way to KSeF, or that it has not set out."""
        if self.l10n_pl_ksef_state:
            return self._l10n_pl_ksef_where()
        if not self._l10n_pl_ksef_goes_by_itself():
            return self.env._(
                "Nobody has sent it: sending after confirmation is off for its journal "
                "or company."
            )
        return self.env._("Nobody has sent it to KSeF yet.")

    def _l10n_pl_ksef_where_all(self):
        """Return a count of these for each place where some of them are."""
        by_state = self.grouped("l10n_pl_ksef_state")
        none = self.browse()
        accepted, lacking, rejected = (
            by_state.pop(state, none) for state in ("accepted", *NOT_TAKEN)
        )
        on_the_way = none.union(*(by_state.pop(s, none) for s in ON_THE_WAY))
        waiting = none.union(*by_state.values())
        if accepted:
            yield self.env._("In KSeF: %s.", len(accepted))
        if on_the_way:
            yield self.env._("On the way to KSeF: %s.", len(on_the_way))
        if waiting:
            # sudo: who reads the invoice need not read its documents
            document = waiting[0].sudo()._l10n_pl_ksef_current_document()
            yield self.env._(
                "Waiting to be sent: %(count)s. %(reason)s",
                count=len(waiting),
                reason=document.waiting_reason or "",
            )
        if lacking:
            yield self.env._("To complete: %s.", len(lacking))
        if rejected:
            yield self.env._("Rejected by KSeF: %s.", len(rejected))
