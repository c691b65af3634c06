"""From an HTTP answer that is no success to a typed error.

Three shapes are read: `application/problem+json`, the older *ExceptionResponse*, and
the body of 429 which has a shape of its own ([oa]; api-changelog.md 2.2.0, 2.4.0).
"""

from . import errors, safe_json
from .types import MOST_CODE

DEFAULT_RETRY_AFTER = 60


def error_for(status: int, headers, body: bytes) -> errors.KsefError:
    """Make the error that fits an answer.

    :param status: the HTTP status, anything but a success
    :param headers: mapping of the answer's headers, case-insensitive
    :param body: the answer's body as far as it was read; may be anything
    """
    data = _object(body)
    facts = {
        "http_status": status,
        "details": _details(data),
        "reference": _reference(data),
    }
    if status == 400:
        return errors.InvalidRequest(codes=_codes(data), **facts)
    if status == 403:
        security = data.get("security")
        return errors.Forbidden(
            reason_code=_text(data.get("reasonCode")),
            security=security if isinstance(security, dict) else None,
            **facts,
        )
    if status == 429:
        wait = retry_after(headers)
        wait = DEFAULT_RETRY_AFTER if wait is None else wait
        return errors.RateLimited(retry_after=wait, **facts)
    if status >= 500:
        return errors.ServerError(retry_after=retry_after(headers), **facts)
    simple = {401: errors.Unauthorized, 404: errors.NotFound, 410: errors.Gone}
    if status in simple:
        return simple[status](**facts)
    return errors.BadAnswer("redirect" if status < 400 else "status", **facts)


def retry_after(headers) -> int | None:
    """Seconds in `Retry-After`; None when it is absent or not a whole number."""
    value = (headers.get("Retry-After") or "").strip()
    return min(int(value), 86_400) if value.isascii() and value.isdigit() else None


def _object(body):
    try:
        data = safe_json.loads(body)
    except errors.BadAnswer:
        return {}
    return data if isinstance(data, dict) else {}


def _problems(data):
    """The list of single errors, whichever of the two shapes it came in."""
    exception = data.get("exception")
    listed = (
        exception.get("exceptionDetailList")
        if isinstance(exception, dict)
        else data.get("errors")
    )
    listed = listed if isinstance(listed, list) else []
    return [item for item in listed if isinstance(item, dict)]


def _codes(data):
    codes = (item.get("code", item.get("exceptionCode")) for item in _problems(data))
    return [code for code in codes if type(code) is int and 0 <= code < MOST_CODE]


def _details(data):
    details = []
    for item in _problems(data):
        details.append(item.get("description") or item.get("exceptionDescription"))
        more = item.get("details")
        details.extend(more if isinstance(more, list) else [])
    status = data.get("status")
    if isinstance(status, dict):  # the shape of 429
        more = status.get("details")
        details.append(status.get("description"))
        details.extend(more if isinstance(more, list) else [])
    details = details or [data.get("detail") or data.get("title")]
    return [str(detail) for detail in details if detail]


def _reference(data):
    exception = data.get("exception")
    if isinstance(exception, dict):
        return _text(exception.get("referenceNumber"))
    return _text(data.get("traceId"))


def _text(value):
    return value if isinstance(value, str) else None
