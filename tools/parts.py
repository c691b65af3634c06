"""Running parts of the tests beside each other, each with its words in one block."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass

from . import console
from .command import end_children
from .console import DevError, say
from .results import Result

BUSY_LOOP = "while True: pass"


@dataclass
class Part:
    """A piece of a test run; `run` returns its `Result`."""

    name: str
    run: Callable


def run_all(parts, workers=None):
    """Run parts, the first ones first; returns their results in the same order.

    What a part says is printed when it is done; that of a single one at once.

    :param workers: how many at a time; one more than there are cores by default, as
        parts wait for each other's answers now and then
    """
    if len(parts) == 1:
        say(f"\n== {parts[0].name}")
        return [_result(parts[0])]
    workers = workers or os.cpu_count() + 1
    say(f"{len(parts)} parts, {workers} at a time; each is told when it is done")
    with ThreadPoolExecutor(workers) as pool:
        futures = {pool.submit(_run_quietly, part): part.name for part in parts}
        try:
            for future in as_completed(futures):
                lines, _result_of_it = future.result()
                say("\n".join([f"\n== {futures[future]}", *lines]))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            end_children()
            raise
    return [future.result()[1] for future in futures]


def _run_quietly(part):
    with console.held() as lines:
        return lines, _result(part)


def _result(part):
    started = time.monotonic()
    try:
        result = part.run()
    except DevError as error:
        say(str(error))
        result = Result(problem=str(error).partition("\n")[0])
    result.name, result.seconds = part.name, time.monotonic() - started
    return result


def merged(results):
    """Results of parts that ran more than once, one for each name."""
    by_name = {}
    for one in results:
        sum_ = by_name.setdefault(one.name, Result(name=one.name))
        for count in ("passed", "failed", "skipped", "seconds"):
            setattr(sum_, count, getattr(sum_, count) + getattr(one, count))
        sum_.problem = sum_.problem or one.problem
    return list(by_name.values())


@contextmanager
def busy(wanted):
    """Inside, every core has something else to do all the time, when it is wanted."""
    loops = [
        subprocess.Popen([sys.executable, "-c", BUSY_LOOP])
        for _core in range(os.cpu_count() if wanted else 0)
    ]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()
