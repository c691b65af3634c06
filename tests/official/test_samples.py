"""The Ministry's published invoices and receipts are read, written and accepted."""

from collections import defaultdict
from decimal import Decimal

from fa3_judges import SCHEMA, canonical
from lxml import etree

from ksef_api.fa3 import InvoiceKind, check, read, summary, sums_of, write
from ksef_api.upo import read_upo


def test_the_samples_are_written_as_they_were(samples):
    for name, xml in samples.items():
        result = read(xml)
        assert result.unknown == [], name
        assert canonical(write(result.document)) == canonical(xml), name
        assert check(result.document) == [], name


def test_the_samples_written_again_pass_the_schema(samples):
    for name, xml in samples.items():
        assert SCHEMA.validate(write(read(xml).document)) == [], name


def added_up(body):
    """Net sums made of the lines; what was before a correction counts against it."""
    sums = defaultdict(Decimal)
    for made in body.lines:
        sums[sums_of(made).net] += -made.net if made.before else made.net
    return dict(sums)


def test_the_lines_of_the_samples_add_up_to_their_sums(samples):
    judged = 0
    for name, xml in samples.items():
        body = read(xml).document.body
        plain = all(made.net is not None and sums_of(made) for made in body.lines)
        if not body.lines or not plain or body.kind is InvoiceKind.SETTLEMENT:
            continue  # what was paid in advance is not in the sums of a settlement
        stated = {sums.net: net for sums, net, *_vat in summary(body)}
        assert {k: v for k, v in added_up(body).items() if v} == stated, name
        judged += 1
    assert judged >= 5


def test_the_local_ksef_accepts_the_samples(samples, fresh):
    for name, xml in samples.items():
        # Some of them have the same number.
        fresh.control("POST", "/reset")
        assert fresh.issue(xml).startswith("9999999999-"), name


def test_the_receipts_are_read(receipts):
    for name, xml in receipts.items():
        listed = len(etree.fromstring(xml).findall("{*}Dokument"))
        assert len(read_upo(xml).documents) == listed > 0, name
