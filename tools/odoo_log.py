"""Judging Odoo's log: counts of tests, and lines that must not be there.

A test run that logs a warning nobody expected is a failed run, as in OCA's CI.
"""

import re
from dataclasses import dataclass

# (logger, message, why it is no fault). Regular expressions, matched at the start.
EXPECTED = (
    (
        r"odoo\.addons\.base\.models\.ir_actions_report",
        r"wkhtmltopdf",
        "Debian's wkhtmltopdf is built without patched Qt: no header and footer",
    ),
    (
        r"odoo\.service\.server",
        r"Running as user 'root' is a security risk",
        "in CI's container",
    ),
    (
        r"odoo\.addons\..*\.tests\.",
        r"Killing chrome headless|Error during browser shutdown",
        "a browser that ends slowly on a busy machine, after its test",
    ),
    (
        r"odoo\.addons\.partner_autocomplete\.",
        r"Failed VIES VAT check",
        "Odoo looks a typed number up in the internet, which tests do not have",
    ),
    (
        r"odoo\.addons\..*\.browser$",
        r"Error received after termination",
        "a page that still loads when its test has ended",
    ),
)
HEAD = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ "
    r"(?P<level>[A-Z]+) (?P<database>\S+) (?P<logger>\S+): (?P<message>.*)$"
)
# What docutils writes past the log, of a text that Odoo shows people.
STRAY = re.compile(r"^\S+:\d+: \((WARNING|ERROR|SEVERE)/\d\) ")
BAD_LEVELS = {"WARNING", "ERROR", "CRITICAL"}
COUNTS = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")


@dataclass
class Record:
    """One log record with the lines that follow it (a traceback)."""

    level: str
    logger: str
    message: str
    lines: list

    @property
    def is_bad(self):
        if any(STRAY.match(line) for line in self.lines):
            return True
        return self.level in BAD_LEVELS and not self._is_expected()

    def _is_expected(self):
        return any(
            re.match(logger, self.logger) and re.match(message, self.message)
            for logger, message, _why in EXPECTED
        )


def records(text):
    """Yield the records of a log."""
    current = None
    for line in text.splitlines():
        if head := HEAD.match(line):
            if current:
                yield current
            current = Record(head["level"], head["logger"], head["message"], [line])
        elif current:
            current.lines.append(line)
    if current:
        yield current


@dataclass
class Verdict:
    """What a log says about a test run."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    bad: tuple = ()
    skip_reasons: tuple = ()

    def bad_lines(self, limit=100):
        """The last lines of what must not be there, for a person to read."""
        lines = [line for record in self.bad for line in record.lines]
        return lines[-limit:]


def judge(text):
    """Count the tests of a run and collect what must not be there.

    :param text: the whole log of one `odoo --test-tags … --stop-after-init`
    """
    total = failed = 0
    bad, skips = [], []
    for record in records(text):
        if record.logger == "odoo.tests.result":
            if counts := COUNTS.match(record.message):
                failures, errors, total = (int(number) for number in counts.groups())
                failed = failures + errors
                continue  # told in numbers
        if record.message.startswith("skipped "):
            skips.append(record.message)
        if record.is_bad:
            bad.append(record)
    passed = max(0, total - failed - len(skips))
    return Verdict(passed, failed, len(skips), tuple(bad), tuple(skips))
