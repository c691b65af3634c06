"""Ordering, fetching and revoking KSeF certificates (certyfikaty-KSeF.md)."""

from collections.abc import Iterator
from datetime import datetime

from .calls import Calls, segment
from .enrolment import (
    EnrolmentData,
    EnrolmentStatus,
    IssuedCertificate,
    ListedCertificate,
)
from .errors import BadAnswer
from .fields import stamp

_PAGE = 50
_MAX_PAGES = 100


class CertificateCalls(Calls):
    """enrolment_data -> enrolment.new_request -> enrol -> enrolment_status -> retrieve.

    Only for a login made with a signature, not with a KSeF token (25001, 25002).
    """

    def certificate_limits(self) -> dict:
        """`{"canRequest": True, "enrollment": {"remaining": .., "limit": ..}, ..}`."""
        return self._call("GET", "/certificates/limits").fields().data

    def enrolment_data(self) -> EnrolmentData:
        """Who we are, as the request must say it."""
        answer = self._call("GET", "/certificates/enrollments/data")
        return EnrolmentData.read(answer.fields())

    def enrol(
        self,
        name: str,
        certificate_type: str,
        request_b64: str,
        valid_from: datetime | None = None,
    ) -> str:
        """Order a certificate and return the reference number.

        :param name: 5 to 100 letters, digits, dashes, underscores, spaces
        :param certificate_type: `enrolment.AUTHENTICATION_TYPE` or `OFFLINE_TYPE`
        :raises InvalidRequest: 25003 other data, 25006 and 25007 limits ...
        """
        payload = {
            "certificateName": name,
            "certificateType": certificate_type,
            "csr": request_b64,
        }
        if valid_from:
            payload["validFrom"] = stamp(valid_from)
        answer = self._call("POST", "/certificates/enrollments", payload=payload)
        return answer.fields().text("referenceNumber")

    def enrolment_status(self, reference: str) -> EnrolmentStatus:
        """How far an order is.

        :raises Gone: it is older than 30 days
        """
        path = f"/certificates/enrollments/{segment(reference)}"
        return EnrolmentStatus.read(self._call("GET", path).fields())

    def retrieve_certificates(self, serials) -> list[IssuedCertificate]:
        """Fetch issued certificates by serial number."""
        payload = {"certificateSerialNumbers": list(serials)}
        answer = self._call("POST", "/certificates/retrieve", payload=payload)
        listed = answer.fields().items("certificates")
        return [IssuedCertificate.read(item) for item in listed]

    def certificates(self, **filters) -> Iterator[ListedCertificate]:
        """The certificates of this subject, newest request first.

        :param filters: as in [oa] *QueryCertificatesRequest*: `type`, `status`,
            `certificateSerialNumber`, `name`, `expiresAfter`
        """
        for page in range(_MAX_PAGES):
            fields = self._call(
                "POST",
                "/certificates/query",
                params={"pageSize": _PAGE, "pageOffset": page},
                payload=filters,
            ).fields()
            yield from map(ListedCertificate.read, fields.items("certificates"))
            if not fields.flag("hasMore"):
                return
        raise BadAnswer("endless")

    def revoke_certificate(self, serial: str, reason: str = "Unspecified") -> None:
        """Revoke a certificate.

        :param reason: "Unspecified", "Superseded" or "KeyCompromise"
        :raises InvalidRequest: 25008 unknown, 25009 not active any more
        """
        path = f"/certificates/{segment(serial)}/revoke"
        self._call("POST", path, payload={"revocationReason": reason})
