"""A test run is judged by its log: counts, and no line that nobody expected."""

from tools.odoo_log import judge

HEAD = "2026-02-01 10:00:00,123 42"


def log(*records):
    return "\n".join(f"{HEAD} {record}" for record in records)


def counts(failed, errors, total):
    text = f"{failed} failed, {errors} error(s) of {total} tests when loading"
    return f"INFO db odoo.tests.result: {text} database 'db'"


def test_failures_and_errors_and_skips_are_told_apart():
    verdict = judge(
        log("INFO db odoo.tests.x: skipped TestX.test_y : no server", counts(1, 2, 10))
    )
    assert (verdict.passed, verdict.failed, verdict.skipped) == (6, 3, 1)


def test_a_log_without_counts_has_no_tests():
    verdict = judge(log("INFO db odoo.service.server: Initiating shutdown"))
    assert (verdict.passed, verdict.failed, verdict.skipped) == (0, 0, 0)


def test_a_warning_nobody_expected_is_told_with_its_traceback():
    text = log("WARNING db odoo.addons.x: surprise") + "\nTraceback\n  here\n"
    assert [line.split(" ")[-1] for line in judge(text).bad_lines()] == [
        "surprise",
        "Traceback",
        "here",
    ]


def test_an_expected_warning_is_expected_of_its_logger_only():
    pdf = "odoo.addons.base.models.ir_actions_report"
    expected = log(f"WARNING db {pdf}: wkhtmltopdf: no header")
    other = log("WARNING db odoo.addons.x: wkhtmltopdf: no header")
    assert not judge(expected).bad
    assert judge(other).bad


def test_the_end_of_a_long_report_is_kept():
    text = log("ERROR db odoo.addons.x: broken") + "\nline" * 500 + "\nlast"
    lines = judge(text).bad_lines(limit=100)
    assert len(lines) == 100
    assert lines[-1] == "last"


def test_what_docutils_has_against_a_description_is_told():
    text = "INFO db odoo.modules.loading: Loading module x"
    stray = "<string>:17: (ERROR/3) Undefined substitution referenced"
    assert judge(f"{log(text)}\n{stray}").bad
    assert not judge(f"{log(text)}\nsome other line").bad
