"""KSeF's environments and where they live (ksef-docs: srodowiska.md, kody-qr.md)."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Environment:
    """One KSeF: `api_url` includes the version (`/v2`), no address ends in a slash.

    `status_url` is the availability service, *Latarnia*; None where there is none to be
    believed: that of *test* has announced the same total failure since January 2026.
    """

    code: str
    api_url: str
    qr_url: str
    status_url: str | None = None

    @property
    def is_loopback(self) -> bool:
        """True for a KSeF on this very machine: the sandbox."""
        return is_loopback(urlsplit(self.api_url).hostname)


PRODUCTION = Environment(
    "production",
    "https://api.ksef.mf.gov.pl/v2",
    "https://qr.ksef.mf.gov.pl",
    "https://api-latarnia.ksef.mf.gov.pl",
)
DEMO = Environment(
    "demo", "https://api-demo.ksef.mf.gov.pl/v2", "https://qr-demo.ksef.mf.gov.pl"
)
TEST = Environment(
    "test", "https://api-test.ksef.mf.gov.pl/v2", "https://qr-test.ksef.mf.gov.pl"
)
ENVIRONMENTS = {env.code: env for env in (PRODUCTION, DEMO, TEST)}


def custom(
    api_url: str,
    qr_url: str | None = None,
    code: str = "custom",
    status_url: str | None = None,
) -> Environment:
    """Make an environment of any base address: the sandbox, a proxy of a company.

    :param api_url: base address with the version, `https://host/v2`
    :param qr_url: base of verification links; without it, the API's host
    :raises ValueError: not https (http is for loopback only), no host, a user or
        password in it, a query or fragment
    """
    api_url = _base_url(api_url)
    parts = urlsplit(api_url)
    origin = f"{parts.scheme}://{parts.netloc}"
    return Environment(
        code,
        api_url,
        _base_url(qr_url) if qr_url else origin,
        _base_url(status_url) if status_url else None,
    )


def is_loopback(host: str | None) -> bool:
    """True for `localhost` and for addresses of the machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def same_authority(environment: Environment, url: str) -> bool:
    """Tell whether an address that KSeF handed out belongs to this environment.

    Pre-signed addresses (batch parts, UPO, export parts) must lie on the host that was
    called, or over https beside it under the same parent domain: an answer must not be
    able to send invoices or requests elsewhere, least of all into our own network.
    """
    api, there = urlsplit(environment.api_url), urlsplit(url)
    if there.username is not None or there.password is not None or not there.hostname:
        return False
    if environment.is_loopback:
        return is_loopback(there.hostname) and there.scheme in ("http", "https")
    if there.scheme != "https" or (there.port or 443) != (api.port or 443):
        return False
    parent = api.hostname.partition(".")[2]
    siblings = parent.count(".") >= 2 and there.hostname.endswith("." + parent)
    return there.hostname == api.hostname or siblings


def _base_url(url):
    parts = urlsplit(url.strip())
    if not parts.hostname or parts.username is not None or parts.password is not None:
        raise ValueError("an address with a host and without a user is needed")
    if parts.query or parts.fragment:
        raise ValueError("a base address has no query and no fragment")
    if parts.scheme != "https" and not (
        parts.scheme == "http" and is_loopback(parts.hostname)
    ):
        raise ValueError("https is needed (http on this machine only)")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
