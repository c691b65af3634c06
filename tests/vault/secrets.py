"""What must never be seen: the secrets of a connected company, in every spelling."""

import base64


def secrets_of(connection, session=None, **given):
    """Return ``{name: bytes}`` of all secrets of ``connection``.

    :param session: ``l10n_pl_ksef.session`` whose key counts as well
    :param given: what was typed in: password, KSeF token, key file
    """
    found = {name: _bytes(value) for name, value in given.items()}
    for field in connection._sealed_fields():
        if connection.sudo()[field]:
            found[field] = connection._unseal(field)
    if connection.certificate_id:
        pem = connection.certificate_id._unseal("key_sealed")
        found["key"] = b"".join(pem.splitlines()[1:-1])
        found["key_der"] = base64.b64decode(found["key"])
    if session:
        key = session._key()
        found["session_key"] = key.key
    return found


def _bytes(value):
    return value.encode() if isinstance(value, str) else value


def spellings(secret):
    """Return ``secret`` as it may stand in a text: itself, base64, hex, both."""
    # A whole key file never stands on one line: a part of it gives it away as well.
    part = secret[: max(16, len(secret) // 2)]
    shapes = {part, base64.b64encode(part).rstrip(b"=")[:-1]}
    return shapes | {shape.hex().encode() for shape in shapes}


def leaks(text, secrets):
    """Return the names of those of ``secrets`` that ``text`` (bytes) shows."""
    lowered = text.lower()
    return sorted(
        name
        for name, secret in secrets.items()
        if any(shape in text or shape.lower() in lowered for shape in spellings(secret))
    )
