"""Who calls: the tokens that KSeF gives out, and the rights behind them."""

import base64
import hashlib
import hmac
import ipaddress
import json
import secrets
from dataclasses import dataclass
from datetime import timedelta

from .clock import iso
from .errors import Forbidden, Unauthorized


@dataclass(frozen=True)
class Identity:
    """What a token says of its bearer."""

    login: str
    kind: str
    context_type: str
    context: str
    subject_type: str
    subject: str
    permissions: frozenset
    method: str

    @property
    def by_token(self):
        """True when the login was with a KSeF token."""
        return self.method == "Token"


def _b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _signature(world, text):
    digest = hmac.new(world.authority.secret, text.encode(), hashlib.sha256)
    return _b64(digest.digest())


def grant(world, login, kind, seconds, permissions=()):
    """A signed token for a login, as `{token, validUntil}`.

    :param kind: operation, access or refresh
    """
    until = world.clock.now() + timedelta(seconds=seconds)
    claims = {
        "typ": kind,
        "ref": login["id"],
        "cit": login["context_type"],
        "civ": login["context"],
        "sit": login["subject_type"],
        "siv": login["subject"],
        "met": login["method"],
        "per": sorted(permissions),
        "iat": int(world.clock.timestamp()),
        "exp": int(until.timestamp()),
        "jti": secrets.token_hex(8),
    }
    header = _b64(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
    text = f"{header}.{_b64(json.dumps(claims).encode())}"
    until = until.replace(microsecond=0)
    return {"token": f"{text}.{_signature(world, text)}", "validUntil": iso(until)}


def _claims(world, token):
    """What a token says, when it is ours and in time.

    :raises Unauthorized: when it is not
    """
    text, _dot, signature = token.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _signature(world, text).encode()):
        raise Unauthorized
    claims = json.loads(_unb64(text.split(".")[1]))
    if claims["exp"] <= world.clock.timestamp():
        raise Unauthorized
    return claims


def identify(call):
    """The bearer of the token in the request.

    :raises Unauthorized: no token, a wrong one, one of another kind, an expired one
    :raises Forbidden: the address is not one that the login allowed
    """
    scheme, _space, token = call.request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthorized
    claims = _claims(call.world, token.strip())
    wanted = call.endpoint.token
    if claims["typ"] not in ((wanted,) if isinstance(wanted, str) else wanted):
        raise Unauthorized
    login = call.store.get("logins", claims["ref"])
    if login is None:
        raise Unauthorized
    _check_address(call.ip, json.loads(login["policy"] or "{}"))
    return Identity(
        claims["ref"],
        claims["typ"],
        claims["cit"],
        claims["civ"],
        claims["sit"],
        claims["siv"],
        frozenset(claims["per"]),
        claims["met"],
    )


def _check_address(ip, policy):
    allowed = [rule for kind in policy.values() for rule in kind or ()]
    if allowed and not any(_address_fits(ip, rule) for rule in allowed):
        raise Forbidden("ip-not-allowed", clientIp=ip)


def _address_fits(ip, rule):
    """True when an address is `rule`: one address, a range `a-b`, or a net."""
    address = ipaddress.ip_address(ip)
    if "-" in rule:
        low, high = (ipaddress.ip_address(part) for part in rule.split("-"))
        return low <= address <= high
    return address in ipaddress.ip_network(rule, strict=False)
