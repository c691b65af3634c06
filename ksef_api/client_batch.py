"""Batch sessions (sesja-wsadowa.md): announce a package, upload its parts, close."""

from .batch import BatchPackage, BatchPart, BatchSession, PartUpload
from .calls import Calls, segment
from .errors import BadAnswer
from .types import EncryptionInfo, FormCode

# Storing 100 MB takes KSeF a while; connecting and sending may be slow too.
_UPLOAD_TIMEOUT = (20, 300)


class BatchCalls(Calls):
    """open_batch -> upload_part for each -> close_batch; then as any session."""

    def open_batch(
        self,
        form_code: FormCode,
        encryption: EncryptionInfo,
        package: BatchPackage,
        offline: bool = False,
    ) -> BatchSession:
        """Announce a package; KSeF says where its parts go.

        :param offline: all invoices in it were issued in an offline mode
        :raises InvalidRequest: 21157 size of a part, 21161 number of parts ...
        """
        payload = {
            "formCode": form_code.payload(),
            "batchFile": package.payload(),
            "encryption": encryption.payload(),
            "offlineMode": offline,
        }
        answer = self._call("POST", "/sessions/batch", payload=payload)
        session = BatchSession.read(answer.fields())
        ordinals = sorted(upload.ordinal for upload in session.uploads)
        if ordinals != [part.ordinal for part in package.parts]:
            raise BadAnswer("field", details=["partUploadRequests do not fit"])
        return session

    def upload_part(self, upload: PartUpload, part: BatchPart) -> None:
        """Upload one part: streamed, without a token. May be repeated.

        :raises Forbidden: the time for uploading has passed
        :raises BadAnswer: "foreign_url", "field": not an upload
        """
        if upload.method not in ("PUT", "POST") or upload.ordinal != part.ordinal:
            raise BadAnswer("field", details=["not an upload of this part"])
        with open(part.path, "rb") as file:
            self.transport.signed_url(
                upload.method,
                upload.url,
                headers=upload.headers,
                body=file,
                timeout=_UPLOAD_TIMEOUT,
            )

    def close_batch(self, session_ref: str) -> None:
        """Say that all parts are there; KSeF begins to process them.

        :raises InvalidRequest: 21205 a part is missing or empty, 21208 too late
        """
        self._call("POST", f"/sessions/batch/{segment(session_ref)}/close")
