"""Every error `ksef_api` raises. `str()` of one is for logs and holds no secret."""

from .safe_text import storable


class KsefError(Exception):
    """Base of all errors.

    :param code: KSeF's own number (*exceptionCode*) when the answer gave one
    :param details: what KSeF said, for people who can read KSeF's Polish
    :param http_status: status of the HTTP answer, None when there was none
    :param reference: reference or trace number to quote to the Ministry's help desk

    `warnings` holds what KSeF warned of beside the refusal, see `system_warnings`.
    """

    warnings = ()

    def __init__(self, *, code=None, details=(), http_status=None, reference=None):
        self.code = code
        self.details = [storable(str(detail)[:1000]) for detail in details]
        self.http_status = http_status
        self.reference = reference
        super().__init__()

    def __str__(self):
        facts = {
            "http": self.http_status,
            "code": self.code,
            "reason": getattr(self, "reason", None),
            "reference": self.reference,
        }
        known = [f"{name} {value}" for name, value in facts.items() if value]
        return "; ".join([*known, *self.details]) or type(self).__name__


class InvalidRequest(KsefError):
    """400: KSeF refused what was asked. `codes` holds all its codes, first first.

    "Not found" comes as this too (21164, 21173, 21178, 21304 ...), rarely as 404.
    """

    def __init__(self, *, codes=(), **kwargs):
        self.codes = list(codes)
        super().__init__(code=self.codes[0] if self.codes else None, **kwargs)

    def has(self, code):
        """Tell whether KSeF gave this code, for example 21180."""
        return code in self.codes


class Unauthorized(KsefError):
    """401: the token is missing, wrong, expired or revoked."""


class Forbidden(KsefError):
    """403: `reason_code` such as "missing-permissions"; `security` has particulars."""

    def __init__(self, *, reason_code=None, security=None, **kwargs):
        self.reason_code = reason_code
        self.security = security or {}
        super().__init__(**kwargs)


class NotFound(KsefError):
    """404: there is no such address."""


class Gone(KsefError):
    """410: it existed, and the time for which KSeF keeps it has passed."""


class RateLimited(KsefError):
    """429: too many calls; none is worth trying for `retry_after` seconds."""

    def __init__(self, *, retry_after, **kwargs):
        self.retry_after = retry_after
        super().__init__(**kwargs)


class ServerError(KsefError):
    """5xx: `retry_after` in seconds when the answer gave it, else None."""

    def __init__(self, *, retry_after=None, **kwargs):
        self.retry_after = retry_after
        super().__init__(**kwargs)


class NoAnswer(KsefError):
    """No whole answer came: refused connection, timeout, line cut.

    :param sent: True when the request may have reached KSeF and been acted upon; False
        when it surely was not (no address, refused connection, TLS not established)
    """

    def __init__(self, *, sent, **kwargs):
        self.sent = sent
        super().__init__(**kwargs)


class BadAnswer(KsefError):
    """An answer that cannot be trusted or read. `reason`: "not_json", "field",
    "too_large", "redirect", "content_type", "hash", "status", "foreign_url" ...
    """

    def __init__(self, reason, **kwargs):
        self.reason = reason
        super().__init__(**kwargs)


class LocalError(KsefError):
    """Base of what is found here, before or without asking KSeF: `reason` is a code."""

    def __init__(self, reason, *details):
        self.reason = reason
        super().__init__(details=details)


class DocumentError(LocalError):
    """A document is unusable: "entities", "not_xml", "too_large", "encoding" ..."""


class CertificateError(LocalError):
    """A certificate or key is unusable: "wrong_password", "key_mismatch", "expired",
    "not_yet_valid", "wrong_usage", "not_a_certificate", "too_large", "weak_key",
    "no_key", "unsupported_key", "too_costly", "damaged", "no_usage".
    """


class SignatureError(LocalError):
    """A signed file is refused; the reasons are listed in `signed_file`."""


# KSeF, or we, said no before anything was done.
_REFUSALS = (
    Forbidden,
    Gone,
    InvalidRequest,
    LocalError,
    NotFound,
    RateLimited,
    Unauthorized,
)


def was_not_carried_out(error: Exception) -> bool:
    """Tell whether the call that ended in `error` surely changed nothing in KSeF."""
    if isinstance(error, NoAnswer):
        return not error.sent
    return isinstance(error, _REFUSALS)
