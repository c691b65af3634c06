"""Exports: many invoices at once (pobieranie-faktur.md). See `export` for packages."""

from .calls import Calls, segment
from .errors import BadAnswer
from .export import ExportPart, ExportStatus
from .files import HashingFile
from .invoice_types import InvoiceQuery
from .types import EncryptionInfo

MAX_PART = 60_000_000  # 50 MB or 50 MiB, the documents disagree; and the padding
_DOWNLOAD_SECONDS = 1200


class ExportCalls(Calls):
    """start_export -> export_status until 200 -> export.download_package."""

    def start_export(
        self,
        query: InvoiceQuery,
        encryption: EncryptionInfo,
        only_metadata: bool = False,
        compression: str | None = None,
    ) -> str:
        """Order a package and return its reference number.

        :param compression: `batch.ZIP` or `batch.TAR_GZ`; KSeF's own choice when None
        :raises InvalidRequest: 21182 too many at once, 21181 not for this context,
            21183 `date_from` after the high-water mark
        """
        payload = {"filters": query.payload(), "encryption": encryption.payload()}
        if only_metadata:
            payload["onlyMetadata"] = True
        if compression:
            payload["compressionType"] = compression
        fields = self._call("POST", "/invoices/exports", payload=payload).fields()
        return fields.text("referenceNumber")

    def export_status(self, reference: str) -> ExportStatus:
        """How far an export is, and its package when it is done.

        :raises Gone: it is older than seven days
        """
        answer = self._call("GET", f"/invoices/exports/{segment(reference)}")
        return ExportStatus.read(answer.fields())

    def download_part(self, part: ExportPart, sink) -> None:
        """Stream one encrypted part into a binary file, without a token.

        :raises BadAnswer: "hash": not what was announced; "too_large"
        """
        if not 0 < part.encrypted_size <= MAX_PART:
            raise BadAnswer("too_large", details=[part.name])
        counted = HashingFile(sink)
        self.transport.signed_url(
            "GET",
            part.url,
            sink=counted,
            max_bytes=part.encrypted_size,
            total=_DOWNLOAD_SECONDS,
        )
        if (counted.size, counted.hash) != (part.encrypted_size, part.encrypted_hash):
            raise BadAnswer("hash", details=[part.name])
