"""What came of the parts of a test run, and the table that is made of it."""

from dataclasses import dataclass

from .console import say


@dataclass
class Result:
    """Outcome of one part; `problem` is a failure that no test stands for."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    problem: str = ""
    name: str = ""

    @property
    def total(self):
        return self.passed + self.failed + self.skipped


def summarize(results):
    """Print a table and the line that CI reads; returns the exit code."""
    say(f"\n{'part':<28}{'passed':>8}{'failed':>8}{'skipped':>9}{'seconds':>9}")
    for one in results:
        numbers = f"{one.passed:>8}{one.failed:>8}{one.skipped:>9}{one.seconds:>9.1f}"
        say(f"{one.name:<28}{numbers}")
    problems = [f"{one.name}: {one.problem}" for one in results if one.problem]
    if not any(one.total for one in results):
        problems.append("no test was run")
    for problem in problems:
        say(f"PROBLEM  {problem}")
    failed = sum(one.failed for one in results) or len(problems)
    passed = sum(one.passed for one in results)
    skipped = sum(one.skipped for one in results)
    say(f"\n{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or problems else 0
