"""The summary of `./dev test`, which CI reads."""

import pytest

from tools.results import Result, summarize


@pytest.mark.parametrize(
    ("results", "line", "code"),
    [
        (
            [Result(2, name="a"), Result(1, 0, 1, name="b")],
            "3 passed, 0 failed, 1 skip",
            0,
        ),
        ([Result(2, 1)], "2 passed, 1 failed, 0 skip", 1),
        ([Result(2, problem="a warning")], "2 passed, 1 failed, 0 skip", 1),
        ([Result()], "0 passed, 1 failed, 0 skip", 1),
        ([], "0 passed, 1 failed, 0 skip", 1),
    ],
    ids=["good", "failed test", "bad log", "zero tests", "nothing"],
)
def test_counts_and_exit_code(results, line, code, capsys):
    assert summarize(results) == code
    assert capsys.readouterr().out.splitlines()[-1] == f"{line}ped"
