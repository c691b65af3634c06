import contextlib
from dataclasses import replace
from datetime import timedelta

from odoo import fields, models
from odoo.tools import split_every

from ...ksef_api.client import INVOICING, SELLER, InvoiceQuery
from ...ksef_api.errors import Forbidden, InvalidRequest
from ...ksef_api.upo import read_upo
from ..concurrency import checkpoint
from ..times import aware
from .document import UNDECIDED
from .document_status import ACCEPTED

DONE = (200, 445)  # processed; 445: no invoice of it was accepted
STARTED = 100
# Whatever was wrong with the package, it would be wrong again.
PACKAGE_REFUSED = (405, 415, 420, 430, 435)
CLOCKS_DIFFER = timedelta(hours=1)
QUESTIONS = 15
RECENT = timedelta(hours=6)
MOST_DOUBLINGS = 6
APPLY_AT_ONCE = 100


class Session(models.Model):
    """What became of a batch session, and of each document in it."""

    _inherit = "l10n_pl_ksef.session"

    def _ask(self, connection):
        """Ask for the state of the session; take over the results when it is done."""
        try:
            answer = connection._call(
                lambda client: client.session_status(self.reference)
            )
        except InvalidRequest as error:
            return self._fail_if_over(connection, error)
        code = answer.status.code
        if code == STARTED:
            # Our closing it did not arrive after all.
            self.state = "uploading"
        elif code < DONE[0]:
            self._ask_later()
        elif code in DONE:
            self._settle(connection, answer)
        else:
            verdict = self.env["l10n_pl_ksef.verdict"]._of_session_status(answer.status)
            self._fail(connection, verdict, one_by_one=code in PACKAGE_REFUSED)
        return checkpoint(self.env)

    def _listed_or_failed(self, connection, document=None):
        """Return the states of this interactive session's invoices.

        :param document: ask about this one only
        :return: a list, or None when KSeF does not know the session: its documents have
            been found by their hash, or are queued again
        """
        documents = document or self.env["l10n_pl_ksef.document"]
        try:
            if document:
                return [documents._status(connection)]
            return documents._statuses(connection, self)
        except InvalidRequest as error:
            return self._fail_if_over(connection, error)

    def _fail_if_over(self, connection, error):
        """KSeF knows the session no longer; any other answer 400 passes.

        :raise InvalidRequest: it is asked again later
        """
        verdict = self.env["l10n_pl_ksef.verdict"]._of(error)
        if verdict.outcome != "session" or verdict.retry_after:
            raise error
        self._fail(connection, verdict)

    def _settle(self, connection, answer):
        """KSeF has judged the invoices: take over its verdicts, then the UPO."""
        if self.state == "processing":
            self._apply_listing(connection)
            if self._undecided():
                return self._ask_again_or_fail(connection)
            self.write({"state": "processed", "poll_count": 0})
            checkpoint(self.env)
        self._fetch_pages(connection, answer.upo_pages)
        return self._end_when_confirmed()

    def _ask_again_or_fail(self, connection):
        if self.poll_count < QUESTIONS:
            return self._ask_later()
        return self._fail(connection, None)

    def _undecided(self):
        return self.document_ids.filtered(lambda document: document.state in UNDECIDED)

    def _apply_listing(self, connection):
        """Take over the state of every invoice that KSeF lists, a page at a time."""
        listing = self.env["l10n_pl_ksef.document"]._statuses(connection, self)
        by_hash = {d.xml_hash: d.id for d in self._undecided()}
        for statuses in split_every(APPLY_AT_ONCE, listing):
            listed = {
                by_hash[status.invoice_hash]: status
                for status in statuses
                if status.invoice_hash in by_hash
            }
            documents = self.env["l10n_pl_ksef.document"].browse(listed)
            accepted = documents.filtered(
                lambda document, listed=listed: (
                    listed[document.id].status.code == ACCEPTED
                )
            )
            # Read together, and shown together: there are thousands. The others may
            # call KSeF, and commit what stands before them.
            for document in accepted:
                document._apply_listed(connection, listed[document.id], shown=False)
            accepted._show_accepted()
            for document in documents - accepted:
                document._apply_listed(connection, listed[document.id])
            checkpoint(self.env)
            self.env.invalidate_all()

    def _fail(self, connection, verdict, one_by_one=False):
        """The session as a whole came to nothing. Before its documents go out again,
        KSeF is asked about each: some may have been taken before the failure.
        """
        # KSeF may not know such a session, or not list it, or let us send only and not
        # read. What is sent again though KSeF has it comes back as a duplicate (440),
        # with its number.
        with contextlib.suppress(InvalidRequest, Forbidden):
            self._apply_listing(connection)
        with contextlib.suppress(InvalidRequest, Forbidden):
            self._find_by_hash(connection, self._undecided())
        verdict = self._more_patient(verdict)
        self._end("failed", verdict)
        self._undecided()._out_of_batch(verdict, one_by_one)
        return checkpoint(self.env)

    def _more_patient(self, verdict):
        """Return ``verdict`` with a pause that doubles with each recent failure: a
        package is not uploaded over and over while KSeF is in trouble.
        """
        if not verdict or not verdict.retry_after:
            return verdict
        failed = self.search_count(
            [
                ("connection_id", "=", self.connection_id.id),
                ("kind", "=", "batch"),
                ("state", "=", "failed"),
                ("create_date", ">=", fields.Datetime.now() - RECENT),
            ],
            limit=MOST_DOUBLINGS,
        )
        return replace(verdict, retry_after=verdict.retry_after * 2**failed)

    def _find_by_hash(self, connection, documents):
        """Accept those of ``documents`` that KSeF holds, found by their hash."""
        opened = aware(self.create_date)
        query = InvoiceQuery(SELLER, INVOICING, opened - CLOCKS_DIFFER)
        by_hash = {document.xml_hash: document for document in documents}
        more = bool(documents)
        while more:
            # Many pages take more calls than KSeF allows at once: it goes on from here.
            page = self.search_page
            answer = connection._call(
                lambda client, page=page: client.query_invoices(query, page)
            )
            for held in answer.invoices:
                document = by_hash.get(held.invoice_hash)
                if document:
                    document._accept(
                        held.ksef_number, self.reference, held.acquisition_date
                    )
            more = answer.has_more and not answer.is_truncated
            self.search_page = page + 1 if more else 0
            checkpoint(self.env)

    # --- UPO -----------------------------------------------------------------

    def _fetch_pages(self, connection, pages):
        """Fetch the pages (``ksef_api`` UpoPage) of the session's UPO that lack."""
        # sudo: files of documents, which nobody may write
        attachments = self.env["ir.attachment"].sudo()
        for page in pages:
            name = f"UPO-{page.reference}.xml"
            mine = [("res_model", "=", self._name), ("res_id", "=", self.id)]
            if attachments.search_count([*mine, ("name", "=", name)]):
                continue
            download = connection._call_public(
                lambda client, page=page: client.upo_from_url(page.url)
            )
            attachment = attachments.create(
                {
                    "name": name,
                    "res_model": self._name,
                    "res_id": self.id,
                    "company_id": self.company_id.id,
                    "mimetype": "application/xml",
                    "raw": download.content,
                }
            )
            self._named_in(read_upo(download.content))._share_upo(attachment)
            checkpoint(self.env)

    def _named_in(self, upo):
        """Return the accepted documents whose number and hash stand in ``upo``."""
        named = {entry.ksef_number: entry.hash for entry in upo.documents}
        return self._unconfirmed().filtered(
            lambda d: d.ksef_number in named and d._same_hash(named[d.ksef_number])
        )

    def _unconfirmed(self):
        """Return the documents that were accepted in this session and lack a UPO."""
        return self.env["l10n_pl_ksef.document"].search(
            [
                ("session_id", "=", self.id),
                ("session_reference", "=", self.reference),
                ("state", "=", "accepted"),
                ("upo_file", "=", False),
            ]
        )

    def _end_when_confirmed(self):
        """Close the session; a UPO that lacks even then is fetched by itself."""
        if self._unconfirmed() and self.poll_count < QUESTIONS:
            return self._ask_later()
        return self._end("closed")
