import io

from odoo import api, models

from ..models.access import AUDITOR, BILLING, check_allowed
from ..models.concurrency import checkpoint, isolated, time_is_left
from ..models.connection.live_record import CHANGED
from ..models.sending.bundle import join


class Bundle(models.TransientModel):
    """A ZIP of many, made piece by piece: whoever asked leaves and comes back."""

    _inherit = "l10n_pl_ksef.bundle"

    def _begin(self):
        """Make one that is small at once, leave another to the background."""
        self._pieces().unlink()
        self.write(
            {"state": "making", "done_count": 0, "last_move": 0, "missing": False}
        )
        if len(self.move_ids) <= self._piece_size():
            self._make_piece()
        else:
            # sudo: whoever causes it may wake the cron
            self.env.ref("l10n_pl_ksef.ir_cron_bundle").sudo()._trigger()
            self._announce()

    @api.model
    def _cron_make(self):
        """Make what was asked for, a piece of each in turn."""
        while time_is_left(self.env):
            # sudo: crons work for all people
            bundle = self.sudo().search(
                [("state", "=", "making")], order="write_date, id", limit=1
            )
            if not bundle:
                return
            before = bundle.done_count
            with isolated(self.env, bundle):
                bundle._for_its_user()._make_piece()
            if bundle.state == "making" and bundle.done_count == before:
                bundle.state = "failed"
                bundle._announce()
            checkpoint(self.env)
            self.env.invalidate_all()
        self.env.ref("l10n_pl_ksef.ir_cron_bundle")._trigger()

    def _for_its_user(self):
        """Return this window as the person has it who asked for the ZIP."""
        user = self.create_uid
        return self.with_user(user).with_context(
            lang=user.lang, allowed_company_ids=self.move_ids.company_id.ids
        )

    def _make_piece(self):
        """Pack the next invoices; the last ones make the ZIP ready."""
        check_allowed(self.move_ids, BILLING, AUDITOR)
        ids = sorted(id_ for id_ in self.move_ids.ids if id_ > self.last_move)
        now, left = ids[: self._piece_size()], ids[self._piece_size() :]
        stream = io.BytesIO()
        # sudo: who reads an invoice need not read the rows with its files
        moves = self.env["account.move"].sudo().browse(now)
        missing = moves._l10n_pl_ksef_write_zip(stream, self._parts())
        # sudo: whoever reads an invoice may have no right to attach files
        self.env["ir.attachment"].sudo().create(
            {
                "name": f"KSeF-{self.done_count}.zip",
                "raw": stream.getvalue(),
                "res_model": self._name,
                "res_id": self.id,
            }
        )
        self.write(
            {
                "state": "making" if left else "ready",
                "done_count": self.done_count + len(now),
                "last_move": now[-1] if now else self.last_move,
                "missing": "\n".join(filter(None, [self.missing, *missing])),
            }
        )
        self._announce()

    def _pieces(self):
        """Return what has been made of this ZIP, in order."""
        domain = [("res_model", "=", self._name), ("res_id", "=", self.id)]
        # sudo: the window is its user's, so are its pieces
        return self.env["ir.attachment"].sudo().search(domain, order="id")

    def _announce(self):
        """Let the bar of whoever asked move."""
        self.create_uid._bus_send(CHANGED, {"model": self._name, "ids": self.ids})

    def _write_whole(self, stream):
        """Write the ZIP into a binary file."""
        check_allowed(self.move_ids, BILLING, AUDITOR)
        extra = {self.env._("missing.txt"): self.missing} if self.missing else {}
        join(self._opened(), stream, extra)
        self.state = "taken"
        self._announce()

    def _opened(self):
        for piece in self._pieces():
            yield io.BytesIO(piece.raw)
            piece.invalidate_recordset()

    # --- the bar ---------------------------------------------------------------

    @api.model
    def _works(self):
        """Return the ZIPs that this user waits for, as bars show them."""
        asked = self.search(
            [
                ("create_uid", "=", self.env.uid),
                ("state", "in", ("making", "ready", "failed")),
            ]
        )
        return [bundle._as_work() for bundle in asked if bundle._is_large()]

    def _is_large(self):
        return len(self.move_ids) > self._piece_size()

    def _as_work(self):
        count = len(self.move_ids)
        messages = {
            "ready": self.env._("Ready: click to download"),
            "failed": self.env._("Could not be made; choose the invoices again."),
        }
        told = [messages.get(self.state)]
        if self.missing:
            lines = len(self.missing.splitlines())
            told.append(self.env._("Missing files: %s", lines))
        return {
            "model": self._name,
            "id": self.id,
            "label": self.env._("ZIP of %s invoices", count),
            "done": self.done_count,
            "total": count,
            "failed": 0,
            "message": "; ".join(filter(None, told)),
            "url": self.state == "ready" and self._url(),
        }
