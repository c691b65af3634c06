"""Making collective identifiers and looking them up ([oa] *collective-identifiers*)."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from . import collective
from .calls import Calls, segment
from .collective import CollectiveIdentifier, CollectiveInvoice, CollectiveMember
from .errors import BadAnswer
from .fields import stamp

_PAGE, _INVOICES_PAGE = 200, 500


class CollectiveCalls(Calls):
    """create_collective_identifier; the other three calls only look.

    One of the rights InvoiceRead, InvoiceWrite, CollectiveIdentifierManage is needed.
    """

    def create_collective_identifier(self, members: Iterable[CollectiveMember]) -> str:
        """Make one number for invoices of one seller and return it.

        KSeF has no key to repeat this by, changes none and deletes none: after a lost
        answer, ask `collective_identifiers_of` for what this context made meanwhile.

        :param members: at least two, at most `collectiveIdentifier.maxInvoices` of
            `context_limits`; no invoice twice
        :raises InvalidRequest: 71001 no such invoice, 71002 it stands in too many
            already, 71004 another seller, 71005 one twice, 21405
        :raises NoAnswer: with `sent` True the number may have been made
        """
        payload = {"invoices": [member.payload() for member in members]}
        answer = self._call("POST", "/collective-identifiers", payload=payload)
        number = answer.fields().text("collectiveIdentifierNumber")
        if not collective.is_valid(number):
            raise BadAnswer("field", details=["collectiveIdentifierNumber"])
        return number

    def collective_identifiers(
        self,
        created_from: datetime,
        created_to: datetime,
        number: str | None = None,
        own: bool | None = None,
    ) -> Iterator[CollectiveIdentifier]:
        """Those made in a time (up to a hundred days), the newest first.

        A company sees what its customers made for its own sales, too.

        :param own: only those that this context made, or only those of others
        """
        payload = {
            "dateCreatedFrom": stamp(created_from),
            "dateCreatedTo": stamp(created_to),
        }
        if number:
            payload["collectiveIdentifierNumber"] = number
        if own is not None:
            payload["createdInCurrentContext"] = own
        listing = self._listing(
            "POST",
            "/collective-identifiers/query",
            "collectiveIdentifiers",
            params={"pageSize": _PAGE},
            payload=payload,
        )
        return map(CollectiveIdentifier.read, listing)

    def collective_identifiers_of(
        self, ksef_number: str
    ) -> Iterator[CollectiveIdentifier]:
        """Those that an invoice stands in, the newest first."""
        listing = self._listing(
            "GET",
            f"/collective-identifiers/ksef/{segment(ksef_number)}",
            "collectiveIdentifiers",
            params={"pageSize": _PAGE},
        )
        return map(CollectiveIdentifier.read, listing)

    def collective_invoices(
        self, numbers: Iterable[str]
    ) -> Iterator[CollectiveInvoice]:
        """The invoices of collective identifiers, ten of these in each question."""
        numbers = list(numbers)
        for start in range(0, len(numbers), collective.MOST_ASKED):
            asked = numbers[start : start + collective.MOST_ASKED]
            yield from map(
                CollectiveInvoice.read,
                self._listing(
                    "POST",
                    "/collective-identifiers/invoices",
                    "invoices",
                    params={"pageSize": _INVOICES_PAGE},
                    payload={"collectiveIdentifierNumbers": asked},
                ),
            )
