"""What must not be committed is found; what only looks like it is not."""

import pytest

from tools.repository import text_faults

KEY = "-----BEGIN {}PRIVATE KEY-----\n" + "MIIE" * 16


@pytest.mark.parametrize(
    "text",
    [
        "deb http://{}/debian unstable main".format(".".join(["deb", "debian", "org"])),
        "https://{}/simple".format(".".join(["pypi", "org"])),
        "/".join(["", "work", "shared", "ksef"]),
        KEY.format(""),
        KEY.format("ENCRYPTED "),
    ],
)
def test_found(text):
    (fault,) = text_faults("file", f"first line\n{text}")
    assert fault.startswith("file:2: ")


@pytest.mark.parametrize(
    "text", ["https://www.debian.org", "/home/work/x", 'b"-----BEGIN PRIVATE KEY-----"']
)
def test_not_found(text):
    assert not list(text_faults("file", text))
