"""Where KSeF is, and which addresses it may send us to."""

import pytest

from ksef_api import environment
from ksef_api.environment import custom, same_authority

INTERNAL = custom("https://ksef.company.example/v2")
SANDBOX = custom("http://127.0.0.1:8080/v2")


def test_a_base_address_loses_its_slash_and_gives_the_links_a_host():
    made = custom(" https://host.example:8443/v2/ ")
    assert made.api_url == "https://host.example:8443/v2"
    assert made.qr_url == "https://host.example:8443"


@pytest.mark.parametrize(
    "url",
    [
        "http://api.ksef.mf.gov.pl/v2",
        "https://user:secret@host.example/v2",
        "https://host.example/v2?x=1",
        "ftp://127.0.0.1/v2",
        "host.example/v2",
        "",
    ],
)
def test_unsafe_base_addresses_are_refused(url):
    with pytest.raises(ValueError):
        custom(url)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:9", "[::1]:9"])
def test_plain_http_is_for_this_machine(host):
    assert custom(f"http://{host}/v2").is_loopback


@pytest.mark.parametrize(
    "env, url, belongs",
    [
        (environment.PRODUCTION, "https://api.ksef.mf.gov.pl/storage/1?sig=a", True),
        (environment.PRODUCTION, "https://files.ksef.mf.gov.pl/1", True),
        (environment.PRODUCTION, "https://api.ksef.mf.gov.pl:443/1", True),
        (environment.PRODUCTION, "http://api.ksef.mf.gov.pl/1", False),
        (environment.PRODUCTION, "https://api.ksef.mf.gov.pl:8443/1", False),
        (environment.PRODUCTION, "https://gov.pl/1", False),
        (environment.PRODUCTION, "https://evilksef.mf.gov.pl/1", False),
        (environment.PRODUCTION, "https://127.0.0.1/1", False),
        (environment.PRODUCTION, "https://a@api.ksef.mf.gov.pl/1", False),
        (INTERNAL, "https://ksef.company.example/1", True),
        (INTERNAL, "https://other.company.example/1", False),
        (SANDBOX, "http://127.0.0.1:9999/1", True),
        (SANDBOX, "https://localhost/1", True),
        (SANDBOX, "http://192.168.1.1/1", False),
        (SANDBOX, "http://api.ksef.mf.gov.pl/1", False),
    ],
)
def test_pre_signed_addresses_belong_to_the_environment_called(env, url, belongs):
    assert same_authority(env, url) is belongs
