"""The document that people sign to log in: *AuthTokenRequest* 2.0 and 2.1."""

import re
from dataclasses import dataclass, field

from lxml import etree

from .errors import BadRequest
from .numbers import INTERNAL_ID, NIP, PEPPOL_ID, REFERENCE

NAMESPACES = (
    "http://ksef.mf.gov.pl/auth/token/2.0",
    "http://ksef.mf.gov.pl/auth/token/2.1",
)
DS = "http://www.w3.org/2000/09/xmldsig#"
VAT_UE = re.compile(r"[A-Z]{2}[A-Z0-9+*]{2,12}")
CONTEXTS = {
    "Nip": NIP,
    "InternalId": INTERNAL_ID,
    "NipVatUe": re.compile(f"{NIP.pattern}-{VAT_UE.pattern}"),
    "PeppolId": PEPPOL_ID,
}
SUBJECT_TYPES = ("certificateSubject", "certificateFingerprint")
ADDRESS = r"(\d{1,3}\.){3}\d{1,3}"
# Element of the XML -> (member of the JSON, pattern), in the order of the schema
POLICY = {
    "Ip4Address": ("ip4Addresses", re.compile(ADDRESS)),
    "Ip4Range": ("ip4Ranges", re.compile(f"{ADDRESS}-{ADDRESS}")),
    "Ip4Mask": ("ip4Masks", re.compile(f"{ADDRESS}/([0-9]|[12][0-9]|3[0-2])")),
}
MOST_ADDRESSES = 10


@dataclass
class AuthRequest:
    """What a login asks for."""

    challenge: str
    context_type: str
    context: str
    subject_type: str = "certificateSubject"
    policy: dict = field(default_factory=dict)


def is_request(element):
    """True for an AuthTokenRequest of a known version."""
    if not isinstance(element.tag, str):
        return False
    name = etree.QName(element)
    return name.localname == "AuthTokenRequest" and name.namespace in NAMESPACES


def read(element):
    """Read a request; a signature inside is passed over.

    :raises BadRequest: 21401 when it is not as the schema says
    """
    children = [
        child
        for child in element
        if isinstance(child.tag, str) and etree.QName(child).namespace != DS
    ]
    names = [_local(child, element) for child in children]
    wanted = ["Challenge", "ContextIdentifier", "SubjectIdentifierType"]
    if names not in (wanted, [*wanted, "AuthorizationPolicy"]):
        raise _invalid(element, f"elementy {names}")
    challenge = _text(children[0], REFERENCE)
    kinds = [child for child in children[1] if isinstance(child.tag, str)]
    if len(kinds) != 1 or _local(kinds[0], element) not in CONTEXTS:
        raise _invalid(children[1], "wymagany jest jeden identyfikator")
    context_type = _local(kinds[0], element)
    context = _text(kinds[0], CONTEXTS[context_type])
    subject_type = _text(children[2], re.compile("|".join(SUBJECT_TYPES)))
    policy = _policy(children[3], element) if len(children) == 4 else {}
    return AuthRequest(challenge, context_type, context, subject_type, policy)


def _policy(element, root):
    found = {}
    lists = [child for child in element if isinstance(child.tag, str)]
    if [_local(child, root) for child in lists] not in ([], ["AllowedIps"]):
        raise _invalid(element, "oczekiwano AllowedIps")
    position = 0
    for rule in (
        item for child in lists for item in child if isinstance(item.tag, str)
    ):
        kind = _local(rule, root)
        if kind not in POLICY or list(POLICY).index(kind) < position:
            raise _invalid(rule, "nieoczekiwany element")
        position = list(POLICY).index(kind)
        member, pattern = POLICY[kind]
        found.setdefault(member, []).append(_text(rule, pattern))
    if any(len(rules) > MOST_ADDRESSES for rules in found.values()):
        raise _invalid(element, f"najwyżej {MOST_ADDRESSES} elementów")
    return found


def _local(element, root):
    name = etree.QName(element)
    if name.namespace != etree.QName(root).namespace:
        raise _invalid(element, "nieznana przestrzeń nazw")
    return name.localname


def _text(element, pattern):
    text = (element.text or "").strip()
    if len(element) or not pattern.fullmatch(text):
        raise _invalid(element, f"wartość '{text}' ma nieprawidłowy format")
    return text


def _invalid(element, what):
    return BadRequest(21401, f"{etree.QName(element).localname}: {what}.")
