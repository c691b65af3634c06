"""KSeF's public encryption keys: their list, their rotation, and opening with them."""

import base64
import functools
import hashlib
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from . import clock, pki
from .errors import BadRequest
from .routes import json_answer, route

OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)


def ensure(world):
    """Make the first key of each usage."""
    with world.store.transaction():
        if not world.store.setting("keys", "encryption"):
            # Valid from long ago, so that tests may set the clock back.
            begin = world.clock.now() - timedelta(days=300)
            made = [_new(world, usage, begin) for usage in pki.USAGES]
            world.store.set_setting("keys", "encryption", made)


def _new(world, usage, begin):
    key, certificate = world.authority.new_encryption_key(begin)
    return {
        "usage": usage,
        "key": pki.key_pem(key),
        "certificate": pki.pem(certificate),
        "withdrawn": False,
    }


def rotate(world, withdraw):
    """Add a newer key for each usage.

    :param withdraw: the older ones count no more, as in an emergency
    """
    with world.store.transaction():
        old = world.store.setting("keys", "encryption")
        for key in old:
            key["withdrawn"] = key["withdrawn"] or withdraw
        new = [_new(world, usage, world.clock.now()) for usage in pki.USAGES]
        world.store.set_setting("keys", "encryption", old + new)


def _current(world, usage=None):
    for kept in world.store.setting("keys", "encryption"):
        if not kept["withdrawn"] and usage in (None, kept["usage"]):
            yield kept, x509.load_pem_x509_certificate(kept["certificate"].encode())


@route("GET", "/security/public-key-certificates", group="public", token=None)
def public_keys(call):
    """The keys that clients encrypt with; no login."""
    found = []
    for kept, certificate in _current(call.world):
        der = pki.der(certificate)
        found.append(
            {
                "certificate": base64.b64encode(der).decode(),
                "certificateId": base64.b64encode(
                    hashlib.sha256(der).digest()
                ).decode(),
                "publicKeyId": pki.key_id(certificate.public_key()),
                "validFrom": clock.iso(certificate.not_valid_before_utc),
                "validTo": clock.iso(certificate.not_valid_after_utc),
                "usage": [kept["usage"]],
            }
        )
    return json_answer(found)


def check_id(world, usage, identifier):
    """:raises BadRequest: 21470 when no current key of this usage has the identifier"""
    known = {pki.key_id(c.public_key()) for _kept, c in _current(world, usage)}
    if identifier and identifier not in known:
        raise BadRequest(
            21470, f"Klucz o identyfikatorze {identifier} nie jest wspierany."
        )


@functools.lru_cache(maxsize=32)
def _private(text):
    """Loading a key takes longer than using it."""
    return serialization.load_pem_private_key(text.encode(), None)


def unwrap(world, usage, encrypted):
    """Open what was encrypted with a current key of this usage; None if it was not."""
    for kept, _certificate in _current(world, usage):
        try:
            return _private(kept["key"]).decrypt(encrypted, OAEP)
        except ValueError:
            continue
    return None
