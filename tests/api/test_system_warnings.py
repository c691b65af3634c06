"""What KSeF warns of beside its answers."""

import pytest

from ksef_api import errors, system_warnings
from ksef_api.system_warnings import SystemWarning


@pytest.mark.parametrize(
    "text, expected",
    [
        (None, []),
        ("  ", []),
        ("[A1]: old field", [("A1", "old field")]),
        ("[A1]: one | [B-2]: two", [("A1", "one"), ("B-2", "two")]),
        ("[A1]: this | that | [B]: [x] y", [("A1", "this | that"), ("B", "[x] y")]),
        ("[A]: twice|[A]: twice", [("A", "twice")]),
        ("no form at all", [("", "no form at all")]),
        ("[A]:", [("A", "")]),
    ],
)
def test_the_header_is_taken_apart(text, expected):
    found = system_warnings.read({"X-System-Warning": text} if text else {})
    assert list(found) == [SystemWarning(*item) for item in expected]


def test_a_header_without_end_is_cut():
    text = " | ".join(f"[{n}]: {'x' * 2000}" for n in range(100))
    found = system_warnings.read({"X-System-Warning": text})
    assert len(found) <= system_warnings.MAX_WARNINGS
    assert max(len(item.message) for item in found) <= system_warnings.MAX_TEXT


def test_warnings_gather_on_the_client_beside_answers_and_refusals(server, client):
    header = {"X-System-Warning": "[W]: soon"}
    server.will_answer(data={}, headers=header)
    client.rate_limits()
    assert client.warnings == [SystemWarning("W", "soon")]
    server.will_answer(403, {}, headers={"X-System-Warning": "[V]: no"})
    with pytest.raises(errors.Forbidden) as caught:
        client.rate_limits()
    assert caught.value.warnings == (SystemWarning("V", "no"),)
    assert [item.code for item in client.warnings] == ["W", "V"]
    server.will_answer(data={"challenge": "x"}, headers=header)
    with pytest.raises(errors.BadAnswer):
        client.challenge()
    assert [item.code for item in client.warnings] == ["W", "V", "W"]
