import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.tools import mute_logger

from ...ksef_api import crypto, fa3
from ...ksef_api.errors import DocumentError
from ..bill.pipeline import BillImport
from ..concurrency import checkpoint, time_is_left
from .bill import BUYER_ROLE

_logger = logging.getLogger(__name__)

MAKE_AT_ONCE = 20
RETRY_AFTER = timedelta(minutes=30)
LONGEST_RETRY = timedelta(days=1)


class Bill(models.Model):
    _inherit = "l10n_pl_ksef.bill"

    @api.model
    def _cron_make_bills(self):
        """Make vendor bills of what waits, some of each company in turn."""
        # sudo: crons work for all companies
        bills, busy = self.sudo(), True
        while busy and time_is_left(self.env):
            busy = False
            for connection in bills._receiving_connections():
                waiting = bills._waiting_for_bill(connection, MAKE_AT_ONCE)
                waiting._make_bills()
                busy = busy or bool(waiting)
                if not time_is_left(self.env):
                    break
        if busy:
            self.env.ref("l10n_pl_ksef.ir_cron_make_bills")._trigger()

    @api.model
    def _receiving_connections(self):
        """Return the active connections, connected or not: files are here already."""
        # sudo: crons work for all companies
        connections = self.env["l10n_pl_ksef.connection"].sudo()
        domain = [("active", "=", True), ("company_id.active", "=", True)]
        return connections.search(domain, order="id")

    @api.model
    def _waiting_for_bill(self, connection, limit):
        """Return rows of which a vendor bill is to be made by itself.

        Those are rows that somebody asked a bill of and, when the company wants it, the
        invoices in which it is the buyer. One that failed is tried again after a while,
        and after each update of this module, which may read it better.
        """
        connection = connection._in_company_language()
        company = connection.company_id
        wanted = [("is_wanted", "=", True)]
        if company.l10n_pl_ksef_make_bills:
            wanted = ["|", *wanted, ("role", "=", BUYER_ROLE)]
        return self.with_env(connection.env).search(
            [
                ("company_id", "=", company.id),
                ("environment", "=", connection.environment),
                ("has_file", "=", True),
                *wanted,
                "|",
                "&",
                ("state", "in", ("new", "error")),
                ("retry_at", "<=", fields.Datetime.now()),
                "|",
                "&",
                ("state", "=", "new"),
                ("retry_at", "=", False),
                "&",
                ("state", "=", "error"),
                ("failed_version", "!=", self._module_version()),
            ],
            order="stored_at, id",
            limit=limit,
        )

    @api.model
    def _module_version(self):
        """Return the version of this module that the database was updated to."""
        # sudo: the version of this module is no secret
        module = self.env["ir.module.module"].sudo()._get("l10n_pl_ksef")
        return module.latest_version or ""

    def _make_bills(self):
        """Make a vendor bill of each, committed one by one."""
        self._link_known()
        self.filtered(lambda bill: not bill.is_wanted)._propose_links()
        for bill in self:
            if bill.state in ("new", "error"):
                bill._begin()
                bill._make()

    def _begin(self):
        """Note the attempt: a document that ends its process must not be next again.

        Only one that finds an earlier attempt without its end knows of an interruption.
        """
        interrupted = self.begun_at and self.env._(
            "Making the bill was interrupted; it is being tried again."
        )
        now = fields.Datetime.now()
        self.write(
            {
                "begun_at": now,
                "retry_at": now + RETRY_AFTER,
                "status_message": interrupted or False,
            }
        )
        checkpoint(self.env)

    def _make(self):
        """Make the vendor bill in a savepoint, so that a fault leaves nothing."""
        self.ensure_one()
        if self.role == BUYER_ROLE and self.buyer_nip and self.buyer_nip != self.nip:
            message = self.env._(
                "The buyer of this invoice is another one: NIP %(nip)s.",
                nip=self.buyer_nip,
            )
            self._failed(message, final=True)
            return
        if not self._has_whole_file():
            self._fetch_file_again()
            checkpoint(self.env)
            return
        company = self.company_id
        bill = self.with_company(company).with_context(
            allowed_company_ids=company.ids, no_new_invoice=True
        )
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                move = bill._make_move()
                bill._check_company(move)
                move.flush_recordset()
        except psycopg2.OperationalError:
            raise
        except DocumentError as error:
            reason = self.env["l10n_pl_ksef.verdict"]._document_text(error)
            message = self.env._("The file cannot be read: %s", reason)
            self._failed(message, final=True)
        except psycopg2.Error as error:
            text = self.env._(
                "The books do not take the bill; check the journal and its accounts. "
                "(%(reason)s)",
                reason=error.diag.message_primary,
            )
            self._failed(text)
        except Exception as error:
            _logger.info("KSeF: %s: no bill made", self.ksef_number, exc_info=True)
            self._failed(str(error))
        else:
            self._made(move)
            self._attach_to_move()
            self._autopost(move)
        checkpoint(self.env)

    def _has_whole_file(self):
        """Tell whether the file is in the file store as KSeF gave it."""
        xml = self._xml()
        return bool(xml) and self.xml_hash in (False, crypto.sha256_b64(xml))

    def _fetch_file_again(self):
        """The file store has lost the file: KSeF has it still."""
        self.write(
            {
                "has_file": False,
                "begun_at": False,
                "retry_at": False,
                "status_message": self.env._(
                    "The file is missing from this server's file store, or was changed "
                    "there. It is fetched from KSeF again."
                ),
            }
        )

    def _check_company(self, move):
        """A bill in another company's books would be worse than none."""
        if move.company_id not in self.company_id._l10n_pl_ksef_of_taxpayer():
            raise ValueError(f"bill of {self.company_id.id} in {move.company_id.id}")

    def _made(self, move):
        """``move`` is the vendor bill of this row from now on."""
        self.write(
            {
                "state": "imported",
                "move_id": move.id,
                "proposed_move_id": False,
                "status_message": False,
                "begun_at": False,
                "retry_at": False,
                "is_wanted": False,
            }
        )

    def _attach_to_move(self):
        """Put the file as KSeF gave it among the bill's attachments."""
        if not self.has_file:
            return
        attachment = self.env["ir.attachment"].create(
            {
                "name": self.xml_name,
                "res_model": "account.move",
                "res_id": self.move_id.id,
                "company_id": self.company_id.id,
                "raw": self._xml(),
                "mimetype": "application/xml",
            }
        )
        self.move_id.message_post(
            body=self.env._("From KSeF: %(number)s.", number=self.ksef_number),
            attachment_ids=attachment.ids,
        )

    def _autopost(self, move):
        """Post the bill when somebody asked for that, or where Odoo's own rule of the
        vendor says so.
        """
        try:
            with self.env.cr.savepoint():
                if self.is_post_wanted:
                    self._post_asked(move)
                else:
                    move._autopost_bill()
        except psycopg2.OperationalError:
            raise
        except Exception as error:
            _logger.info("KSeF: %s: not posted", self.ksef_number, exc_info=True)
            move._l10n_pl_ksef_log(
                self.env._("The bill could not be posted by itself."), str(error)
            )

    def _failed(self, message, final=False):
        """Note why there is no bill.

        :param final: only another version of this module may change that
        """
        pause = min(RETRY_AFTER * 2**self.fail_count, LONGEST_RETRY)
        self.write(
            {
                "state": "error",
                "status_message": message,
                "fail_count": self.fail_count + 1,
                "failed_version": self._module_version(),
                "begun_at": False,
                "retry_at": False if final else fields.Datetime.now() + pause,
            }
        )

    def _make_move(self):
        """Return the vendor bill made of the file, linked to this row."""
        self.ensure_one()
        read = fa3.read(self._xml())
        stored = self.stored_at and fields.Datetime.context_timestamp(
            self.with_context(tz="Europe/Warsaw"), self.stored_at
        )
        received_on = stored.date() if stored else None
        return self.env["account.move"]._l10n_pl_ksef_create_bill(
            BillImport(read, None, received_on),
            self.company_id._l10n_pl_ksef_bill_journal(),
        )
