"""The parts of the tests that pytest runs."""

import itertools
import os
import xml.etree.ElementTree as ElementTree

from . import paths
from .command import environment, follow
from .results import Result

PYTEST_INI = paths.ROOT / "tests" / "api" / "pytest.ini"
_numbers = itertools.count()


def run_folder(folder, arguments, venv=paths.VENV):
    """Run pytest on something of one folder.

    :param arguments: what to run, and pytest's options
    :param venv: the environment whose Python runs the tests
    """
    number = f"{os.getpid()}-{next(_numbers)}"
    report = paths.RUN / f"junit-{number}.xml"
    paths.RUN.mkdir(parents=True, exist_ok=True)
    cache = paths.DEV / "pytest_cache" / folder.name
    env = environment(
        HYPOTHESIS_STORAGE_DIRECTORY=paths.DEV / "hypothesis",
        # Interop tests start the sandbox with the environment that has its libraries.
        L10N_PL_KSEF_PYTHON=paths.PYTHON,
    )
    code = follow(
        *(venv / "bin" / "python", "-m", "pytest", "-c", PYTEST_INI),
        *("--rootdir", folder, "-o", f"cache_dir={cache}", "--junitxml", report),
        *arguments,
        cwd=paths.ROOT,
        env=env,
    )
    result = _read_junit(report)
    nothing_selected = code == 5 and "-k" in arguments
    if code and not result.failed and not nothing_selected:
        result.problem = f"pytest ended with {code}"
    return result


def _read_junit(report):
    result = Result()
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
