"""Every rate counts in exactly one group of sums, and every group is a field of Fa."""

from dataclasses import fields
from decimal import Decimal

import pytest
from fa3_examples import line, sale

from ksef_api.fa3 import (
    ALL_SUMS,
    MARGIN,
    OSS,
    RATES,
    Body,
    Rate,
    summary,
    sums_of,
)
from ksef_api.fa3.declare import specs_of
from ksef_api.fa3.kinds import LEGACY_RATES

TAGS = {name: spec.tag for name, spec in specs_of(Body)}


@pytest.mark.parametrize(
    ("rate", "tags"),
    [
        ("23", ["P_13_1", "P_14_1", "P_14_1W"]),
        ("22", ["P_13_1", "P_14_1", "P_14_1W"]),
        ("8", ["P_13_2", "P_14_2", "P_14_2W"]),
        ("7", ["P_13_2", "P_14_2", "P_14_2W"]),
        ("5", ["P_13_3", "P_14_3", "P_14_3W"]),
        ("4", ["P_13_4", "P_14_4", "P_14_4W"]),
        ("3", ["P_13_4", "P_14_4", "P_14_4W"]),
        ("0 KR", ["P_13_6_1"]),
        ("0 WDT", ["P_13_6_2"]),
        ("0 EX", ["P_13_6_3"]),
        ("zw", ["P_13_7"]),
        ("np I", ["P_13_8"]),
        ("np II", ["P_13_9"]),
        ("oo", ["P_13_10"]),
    ],
)
def test_a_rate_counts_in_its_sums(rate, tags):
    sums = sums_of(line(rate=Rate(rate)))
    names = filter(None, (sums.net, sums.vat, sums.vat_pln))
    assert [TAGS[name] for name in names] == tags


def test_every_rate_of_fa3_is_in_the_table():
    assert set(RATES) == set(Rate) - set(LEGACY_RATES)


def test_lines_of_oss_and_margin_count_in_sums_of_their_own():
    assert sums_of(line(rate=None, oss_rate=Decimal("19"))) is OSS
    assert sums_of(line(rate=None), margin=True) is MARGIN
    assert sums_of(line(rate=None)) is None
    assert sums_of(line(rate=Rate.LEGACY_ZERO)) is None


def test_every_sum_of_the_invoice_belongs_to_one_group():
    grouped = [n for s in ALL_SUMS for n in (s.net, s.vat, s.vat_pln) if n]
    of_body = [f.name for f in fields(Body) if f.name.startswith(("net_", "vat_"))]
    assert grouped == of_body


def test_a_summary_has_the_groups_that_are_there():
    body = sale(net_exempt=Decimal("7.00")).body
    rows = [(sums.net, *amounts) for sums, *amounts in summary(body)]
    assert rows == [
        ("net_23", Decimal("100.00"), Decimal("23.00"), None),
        ("net_exempt", Decimal("7.00"), None, None),
    ]
