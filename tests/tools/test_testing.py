"""The summary of `./dev test`, which CI reads."""

import pytest

from tools.testing import Result, summarize


@pytest.mark.parametrize(
    ("results", "line", "code"),
    [
        (
            [Result("a", passed=2), Result("b", 1, 0, 1)],
            "3 passed, 0 failed, 1 skip",
            0,
        ),
        ([Result("a", passed=2, failed=1)], "2 passed, 1 failed, 0 skip", 1),
        ([Result("a", 2, problem="a warning")], "2 passed, 1 failed, 0 skip", 1),
        ([Result("a")], "0 passed, 1 failed, 0 skip", 1),
        ([], "0 passed, 1 failed, 0 skip", 1),
    ],
    ids=["good", "failed test", "bad log", "zero tests", "nothing"],
)
def test_counts_and_exit_code(results, line, code, capsys):
    assert summarize(results) == code
    assert capsys.readouterr().out.splitlines()[-1] == f"{line}ped"
