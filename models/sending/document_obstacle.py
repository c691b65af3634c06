"""What stands in a document's way: it waits, longer each time, and is not rejected."""

import logging
from contextlib import contextmanager

import psycopg2

from odoo import fields, models

from ...ksef_api.errors import (
    KsefError,
    NoAnswer,
    RateLimited,
    ServerError,
    Unauthorized,
)
from ..concurrency import checkpoint, roll_back
from ..connection.auth import TELL_AFTER
from ..connection.verdict_final import FIRST_PAUSE, growing_pause
from ..vault.vault import VaultError
from .document import UNDECIDED

_logger = logging.getLogger(__name__)

# They would meet the next document, or session, as well.
COMMON_OBSTACLES = (NoAnswer, RateLimited, ServerError, Unauthorized)
# After so many answers 400 that are nobody's last word (some days), people decide.
MOST_OBSTACLES = 14
GOES_ON = ("sent", "accepted", "incomplete", "rejected", "cancelled")


class Document(models.Model):
    _inherit = "l10n_pl_ksef.document"

    obstacle_count = fields.Integer("Obstacles in a Row", readonly=True)
    needs_person = fields.Boolean(
        "Waits for a Person",
        readonly=True,
        help="KSeF refused it again and again, and not for good. It is sent again when "
        "somebody sends the invoice.",
    )

    has_fault = fields.Boolean(
        "This Server's Trouble",
        readonly=True,
        help="It waits for a trouble of this server to pass, not for KSeF.",
    )

    def write(self, vals):
        if vals.get("state") in GOES_ON or vals.get("upo_file"):
            vals = {"obstacle_count": 0, "has_fault": False, **vals}
        return super().write(vals)

    def _let_go_on(self):
        """People have looked at what stood in the way of these: try at once."""
        self.filtered("obstacle_count").write(
            {
                "obstacle_count": 0,
                "has_fault": False,
                "needs_person": False,
                "retry_at": False,
            }
        )

    def _put_off(self, verdict, state="queued", bounded=False):
        """Wait for a time that doubles with each obstacle in a row.

        :param state: of the documents meanwhile
        :param bounded: after ``MOST_OBSTACLES`` wait for a person
        """
        first = FIRST_PAUSE if verdict.retry_after is None else verdict.retry_after
        told = {"status_code": verdict.code, "status_message": verdict.message}
        for times, documents in self.grouped("obstacle_count").items():
            tired = bounded and times + 1 >= MOST_OBSTACLES
            documents.write(
                {
                    **({} if state == "accepted" else {"state": state, **told}),
                    "obstacle_count": times + 1,
                    "has_fault": False,
                    "needs_person": tired,
                    "retry_at": fields.Datetime.now() + growing_pause(times, first),
                }
            )
            if tired:
                documents._tell_held_up(documents.move_id, verdict)

    def _faulted(self, error, state="queued"):
        """A fault of this server or program: all waits, and goes on by itself.

        The administrators are told when it begins, but of conflicts with other
        processes, which are every day's, only when they do not end.
        """
        conflict = isinstance(error, psycopg2.OperationalError)
        level = logging.INFO if conflict else logging.ERROR
        _logger.log(level, "KSeF: documents %s wait", self.ids, exc_info=error)
        verdict = self.env["l10n_pl_ksef.verdict"]._of(error)
        known = self.search_count(
            [("company_id", "in", self.company_id.ids), ("has_fault", "=", True)],
            limit=1,
        )
        self._put_off(verdict, state)
        if conflict:
            is_news = TELL_AFTER in self.mapped("obstacle_count")
        else:
            self.has_fault = True
            is_news = not known
        if is_news:
            self._tell_held_up(self.company_id, verdict)
        checkpoint(self.env)

    def _tell_held_up(self, records, verdict):
        self.env["l10n_pl_ksef.notification"]._notify(
            "held_up",
            records,
            occasion=fields.Datetime.now(),
            details=verdict.message,
        )

    @contextmanager
    def _asking(self):
        """What stands in the way of a question about these holds up no other."""
        try:
            yield
        except COMMON_OBSTACLES:
            raise
        except (KsefError, VaultError) as error:
            verdict = self.env["l10n_pl_ksef.verdict"]._of(error)
            # Those that KSeF has judged meanwhile stay as they are.
            for document in self._without_result():
                document._ask_later()
                if document.state != "accepted":
                    document.status_message = verdict.message
            checkpoint(self.env)
        except Exception as error:
            roll_back(self.env)
            for state, documents in self._without_result().grouped("state").items():
                documents._faulted(error, state)

    def _without_result(self):
        """Return those that KSeF is still to be asked about: the judgement, or UPO."""
        return self.filtered(
            lambda d: (
                d.state in UNDECIDED or (d.state == "accepted" and not d._has_upo())
            )
        )

    def _has_upo(self):
        return bool(self.with_context(bin_size=True).upo_file)

    def _with_file(self):
        """Return those whose frozen file is here and whole; the others wait."""
        whole = self.browse()
        for document in self:
            try:
                document._xml()
            except Exception as error:
                document._faulted(error)
            else:
                whole |= document
            document.invalidate_recordset(["xml_file"])
        return whole
