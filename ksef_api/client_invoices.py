"""Looking for invoices and fetching them (pobieranie-faktur/pobieranie-faktur.md)."""

from .calls import Calls, download, segment
from .invoice_types import InvoicePage, InvoiceQuery
from .types import Download

# An invoice with an attachment has up to 3 MB (weryfikacja-faktury.md); limits can be
# raised for a context, so leave room.
MAX_INVOICE = 20_000_000


class InvoiceCalls(Calls):
    """query_invoices page by page, download_invoice one by one; see also exports."""

    def query_invoices(
        self,
        query: InvoiceQuery,
        page: int = 0,
        page_size: int = 250,
        ascending: bool = True,
    ) -> InvoicePage:
        """One page of what is known of invoices.

        :param page: from 0; `has_more` and not `is_truncated`: ask for the next one;
            `is_truncated`: begin anew at page 0 from the date of the last invoice
        :param page_size: 10 to 250
        :raises InvalidRequest: 21183: `date_from` lies after the high-water mark
        """
        params = {
            "sortOrder": "Asc" if ascending else "Desc",
            "pageOffset": page,
            "pageSize": page_size,
        }
        answer = self._call(
            "POST", "/invoices/query/metadata", params=params, payload=query.payload()
        )
        return InvoicePage.read(answer.fields())

    def download_invoice(self, ksef_number: str) -> Download:
        """The XML of one invoice, byte for byte, its hash checked.

        :raises InvalidRequest: 21164 unknown, 21165 not in permanent storage yet
        """
        path = f"/invoices/ksef/{segment(ksef_number)}"
        return download(self._call("GET", path, max_bytes=MAX_INVOICE))
