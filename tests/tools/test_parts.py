"""Parts of a test run work beside each other, and are told one after the other."""

import threading

import pytest

from tools.console import DevError, say
from tools.parts import Part, merged, run_all
from tools.results import Result


def talker(name, barrier):
    """A part that speaks twice, with the other one in between."""

    def run():
        say(f"{name} begins")
        barrier.wait(60)
        say(f"{name} ends")
        return Result(passed=1)

    return Part(name, run)


def test_what_a_part_says_stands_together(capsys):
    barrier = threading.Barrier(2)
    run_all([talker("a", barrier), talker("b", barrier)])
    told = [line for line in capsys.readouterr().out.splitlines() if line[1:] != ""]
    for name in "ab":
        at = told.index(f"== {name}")
        assert told[at + 1 : at + 3] == [f"{name} begins", f"{name} ends"]


def test_results_keep_the_order_of_the_parts():
    barrier = threading.Barrier(2)
    parts = [talker("b", barrier), talker("a", barrier)]
    assert [result.name for result in run_all(parts)] == ["b", "a"]


@pytest.mark.parametrize("others", [[], [Part("other", lambda: Result(passed=1))]])
def test_a_part_that_cannot_run_is_a_problem_of_its_own(others):
    def run():
        raise DevError("no disk\nand more")

    broken, *fine = run_all([Part("broken", run), *others])
    assert (broken.problem, broken.total) == ("no disk", 0)
    assert all(result.passed for result in fine)


def test_what_ran_more_than_once_is_one_row():
    one, two = Result(3, 0, name="a"), Result(2, 1, problem="x", name="a")
    assert merged([one, two, Result(1, name="b")]) == [
        Result(5, 1, problem="x", name="a"),
        Result(1, name="b"),
    ]
