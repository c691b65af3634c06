"""`./dev test`: every part in order, one summary, one exit code."""

import os
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass

from . import paths, setup
from .command import environment
from .console import say
from .odoo_tests import has_tests as has_odoo_tests
from .odoo_tests import run as run_odoo_tests
from .odoo_tests import run_bare as run_bare_tests
from .selection import PYTEST_PARTS, parse

PYTEST_INI = paths.ROOT / "tests" / "api" / "pytest.ini"
# Interpreters a part runs under, when not only under the main one.
INTERPRETERS = {
    "interop": {
        "ksef-client 0.14": paths.VENV,
        "ksef-client 0.20": paths.VENV_KSEF_CLIENT,
    },
}


@dataclass
class Result:
    """Outcome of one part; `problem` is a failure that no test stands for."""

    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    problem: str = ""

    @property
    def total(self):
        return self.passed + self.failed + self.skipped


def test(words, keyword="", verbose=False):
    """Run the selected tests; returns the exit code.

    :param words: see `selection.parse`
    """
    chosen = parse(words, keyword)
    template = setup.ensure()
    setup.ensure_programs()
    results = []
    for part in PYTEST_PARTS:
        if part in chosen.pytest:
            results += _pytest_part(part, chosen, verbose)
    if chosen.tags:
        results.append(_odoo_part("odoo", run_odoo_tests, template, chosen.tags))
    if chosen.bare:
        results.append(_odoo_part("bare", run_bare_tests, chosen.bare))
    return summarize([result for result in results if result])


def _pytest_part(part, chosen, verbose):
    folder = paths.ROOT / "tests" / part
    if not any(folder.glob("**/test_*.py")):
        say(f"\n== {part}: no tests yet, not run")
        return []
    venvs = INTERPRETERS.get(part, {"": paths.VENV})
    results = []
    for version, venv in venvs.items():
        name = f"{part} ({version})" if version else part
        arguments = list(chosen.pytest[part])
        if chosen.keyword:
            arguments += ["-k", chosen.keyword]
        arguments.append("-v" if verbose else "-q")
        results.append(_pytest(name, venv, folder, arguments))
    return results


def _pytest(name, venv, folder, arguments):
    say(f"\n== {name}")
    report = paths.RUN / f"junit-{os.getpid()}.xml"
    paths.RUN.mkdir(parents=True, exist_ok=True)
    command = [venv / "bin" / "python", "-m", "pytest", "-c", PYTEST_INI]
    cache = paths.DEV / "pytest_cache" / folder.name
    command += ["--rootdir", folder, "-o", f"cache_dir={cache}"]
    command += ["--junitxml", report, *arguments]
    env = environment(
        HYPOTHESIS_STORAGE_DIRECTORY=paths.DEV / "hypothesis",
        # Interop tests start the sandbox with the environment that has its libraries.
        L10N_PL_KSEF_PYTHON=paths.PYTHON,
    )
    started = time.monotonic()
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=paths.ROOT, env=env, stdin=subprocess.DEVNULL)
    result = _read_junit(name, report)
    result.seconds = time.monotonic() - started
    nothing_selected = done.returncode == 5 and "-k" in arguments
    if done.returncode and not result.failed and not nothing_selected:
        result.problem = f"pytest ended with {done.returncode}"
    return result


def _read_junit(name, report):
    result = Result(name)
    if not report.exists():
        return result
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):
        count = {key: int(suite.get(key, 0)) for key in ("tests", "failures", "errors")}
        failed = count["failures"] + count["errors"]
        skipped = int(suite.get("skipped", 0))
        result.failed += failed
        result.skipped += skipped
        result.passed += count["tests"] - failed - skipped
    report.unlink()
    return result


def _odoo_part(name, run, *arguments):
    if not has_odoo_tests():
        say(f"\n== {name}: no tests yet, not run")
        return None
    say(f"\n== {name}")
    started = time.monotonic()
    verdict, problem = run(*arguments)
    return Result(
        name,
        verdict.passed,
        verdict.failed,
        verdict.skipped,
        time.monotonic() - started,
        problem,
    )


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
