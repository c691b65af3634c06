"""Granting, listing and taking back permissions (uprawnienia.md).

Each change answers with the reference number of an operation; only when
`permission_operation` says 200 is it done.
"""

from collections.abc import Iterable, Iterator, Mapping

from .calls import Calls, segment
from .errors import BadAnswer
from .permission import (
    IN_CONTEXT,
    AttachmentsStatus,
    Authorization,
    Grant,
    Identifier,
    OwnPermissions,
    Person,
)
from .types import Status

_PAGE, _MAX_PAGES = 100, 100


class PermissionCalls(Calls):
    """grant_* or revoke_* -> permission_operation until 200; and the lists."""

    # --- granting --------------------------------------------------------------

    def grant_person(
        self,
        subject: Identifier,
        permissions: Iterable[str],
        person: Person,
        description: str,
    ) -> str:
        """Let a person work in this context.

        :param permissions: of `permission.OF_PERSONS`, each once
        :param description: 5 to 256 characters
        :raises Forbidden: "missing-permissions": CredentialsManage is needed
        """
        payload = {
            "subjectIdentifier": subject.payload(),
            "permissions": list(permissions),
            "description": description,
            "subjectDetails": person.payload(subject),
        }
        return self._operation("POST", "/permissions/persons/grants", payload)

    def grant_entity(
        self, nip: str, permissions: Mapping[str, bool], name: str, description: str
    ) -> str:
        """Let a company, as an accounting office, handle our invoices.

        :param permissions: {one of `permission.OF_ENTITIES`: may it be passed on}
        :param name: of the company, 5 to 90 characters
        """
        payload = {
            "subjectIdentifier": Identifier("Nip", nip).payload(),
            "permissions": [
                {"type": kind, "canDelegate": can_delegate}
                for kind, can_delegate in permissions.items()
            ],
            "description": description,
            "subjectDetails": {"fullName": name},
        }
        return self._operation("POST", "/permissions/entities/grants", payload)

    def grant_authorization(
        self, subject: Identifier, permission: str, name: str, description: str
    ) -> str:
        """Let a company invoice in our name, in its own context.

        :param permission: of `permission.AUTHORIZATIONS`
        :param name: of the company, 5 to 90 characters
        """
        payload = {
            "subjectIdentifier": subject.payload(),
            "permission": permission,
            "description": description,
            "subjectDetails": {"fullName": name},
        }
        return self._operation("POST", "/permissions/authorizations/grants", payload)

    def grant_indirect(
        self,
        subject: Identifier,
        permissions: Iterable[str],
        person: Person,
        description: str,
        target: Identifier | None = None,
    ) -> str:
        """Let a person of ours handle invoices of our clients.

        :param permissions: of `permission.OF_ENTITIES`
        :param target: the client; every present and future one when None
        """
        payload = {
            "subjectIdentifier": subject.payload(),
            "permissions": list(permissions),
            "description": description,
            "subjectDetails": person.payload(subject),
        }
        if target:
            payload["targetIdentifier"] = target.payload()
        return self._operation("POST", "/permissions/indirect/grants", payload)

    def revoke_grant(self, grant_id: str) -> str:
        """Take back a grant of any kind but an authorisation."""
        path = f"/permissions/common/grants/{segment(grant_id)}"
        return self._operation("DELETE", path)

    def revoke_authorization(self, grant_id: str) -> str:
        """Take back an authorisation to invoice in our name."""
        path = f"/permissions/authorizations/grants/{segment(grant_id)}"
        return self._operation("DELETE", path)

    def permission_operation(self, reference: str) -> Status:
        """How a change goes: 100 in progress, 200 done, anything else: not done.

        :raises Gone: it is older than thirty days
        """
        answer = self._call("GET", f"/permissions/operations/{segment(reference)}")
        return Status.read(answer.fields().child("status"))

    def _operation(self, method, path, payload=None):
        answer = self._call(method, path, payload=payload)
        return answer.fields().text("referenceNumber")

    # --- lists -----------------------------------------------------------------

    def own_permissions(self) -> OwnPermissions:
        """What this login may do in this context; needs no right."""
        grants, owner = [], set()
        for page in self._pages("/permissions/query/personal/grants", {}):
            grants += map(Grant.read, page.items("permissions"))
            owner.update(page.texts("ownerPermissions"))
        return OwnPermissions(grants, frozenset(owner))

    def person_grants(self, query_type: str = IN_CONTEXT, **filters) -> Iterator[Grant]:
        """Who may work in this context, or what this login granted.

        :param query_type: `permission.IN_CONTEXT` or `GRANTED_HERE`
        :param filters: as in [oa] *PersonPermissionsQueryRequest*
        """
        payload = {**filters, "queryType": query_type}
        return self._grants("/permissions/query/persons/grants", payload)

    def entity_grants(self) -> Iterator[Grant]:
        """What other companies let this one do with their invoices."""
        return self._grants("/permissions/query/entities/grants", {})

    def authorization_grants(
        self, query_type: str, **filters
    ) -> Iterator[Authorization]:
        """Who may invoice in our name, or in whose name we may.

        :param query_type: `permission.GRANTED` or `RECEIVED`
        :param filters: as in [oa] *EntityAuthorizationPermissionsQueryRequest*
        """
        path = "/permissions/query/authorizations/grants"
        for page in self._pages(path, {**filters, "queryType": query_type}):
            yield from map(Authorization.read, page.items("authorizationGrants"))

    def attachments_status(self) -> AttachmentsStatus:
        """Whether the company has announced invoices with attachments."""
        answer = self._call("GET", "/permissions/attachments/status")
        return AttachmentsStatus.read(answer.fields())

    def _grants(self, path, payload):
        for page in self._pages(path, payload):
            yield from map(Grant.read, page.items("permissions"))

    def _pages(self, path, payload):
        """Yield every page of a list that has page numbers, as `Fields`.

        :raises BadAnswer: "endless"
        """
        for number in range(_MAX_PAGES):
            params = {"pageOffset": number, "pageSize": _PAGE}
            page = self._call("POST", path, params=params, payload=payload).fields()
            yield page
            if not page.flag("hasMore"):
                return
        raise BadAnswer("endless")
