"""KSeF's public encryption keys (bezpieczenstwo/klucze-publiczne-do-szyfrowania.md)."""

import base64
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from .errors import BadAnswer
from .fields import UTC, Fields
from .types import PublicKey


def read_public_key(fields: Fields) -> PublicKey:
    """Read one entry of the list.

    :raises BadAnswer: "field", "public_key": not a certificate of an RSA key
    """
    try:
        der = base64.b64decode(fields.text("certificate"), validate=True)
        key = x509.load_der_x509_certificate(der).public_key()
    except ValueError:
        raise BadAnswer("public_key") from None
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < 2048:
        raise BadAnswer("public_key")
    return PublicKey(
        certificate_id=fields.text("certificateId", ""),
        public_key_id=fields.text("publicKeyId", None),
        key=key,
        usage=frozenset(fields.texts("usage")),
        valid_from=fields.moment("validFrom"),
        valid_to=fields.moment("validTo"),
    )


def choose_key(keys, usage: str, now: datetime | None = None) -> PublicKey:
    """The key to use: of this usage, valid now, and of those the newest.

    During a planned rotation several are valid at once.

    :param usage: `types.USAGE_SYMMETRIC` or `types.USAGE_TOKEN`
    :raises BadAnswer: "no_key": KSeF published none that fits
    """
    now = now or datetime.now(UTC)
    fit = [
        key
        for key in keys
        if usage in key.usage and key.valid_from <= now < key.valid_to
    ]
    if not fit:
        raise BadAnswer("no_key")
    return max(fit, key=lambda key: key.valid_from)
