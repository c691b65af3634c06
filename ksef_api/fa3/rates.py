"""The one table that says which sums of the invoice a line counts in (*P_12*)."""

from dataclasses import dataclass
from decimal import Decimal

from .kinds import Rate


@dataclass(frozen=True)
class Sums:
    """Names of the fields of `Body` that hold a group's sums; `vat` None: no VAT."""

    net: str
    vat: str | None = None
    vat_pln: str | None = None


@dataclass(frozen=True)
class RateRule:
    """One value of *P_12*: its percentage (None: not taxed here) and its sums."""

    rate: Rate
    percent: Decimal | None
    sums: Sums


STANDARD = Sums("net_23", "vat_23", "vat_23_pln")  # P_13_1
REDUCED = Sums("net_8", "vat_8", "vat_8_pln")  # P_13_2
SUPER_REDUCED = Sums("net_5", "vat_5", "vat_5_pln")  # P_13_3
TAXI = Sums("net_taxi", "vat_taxi", "vat_taxi_pln")  # P_13_4
OSS = Sums("net_oss", "vat_oss")  # P_13_5: lines with P_12_XII
ZERO_DOMESTIC = Sums("net_0_domestic")  # P_13_6_1
ZERO_EU = Sums("net_0_eu")  # P_13_6_2
ZERO_EXPORT = Sums("net_0_export")  # P_13_6_3
EXEMPT = Sums("net_exempt")  # P_13_7
ABROAD = Sums("net_abroad")  # P_13_8
EU_SERVICES = Sums("net_eu_services")  # P_13_9
REVERSE_CHARGE = Sums("net_reverse_charge")  # P_13_10
MARGIN = Sums("net_margin")  # P_13_11: lines of a margin scheme, without P_12

ALL_SUMS = (
    STANDARD,
    REDUCED,
    SUPER_REDUCED,
    TAXI,
    OSS,
    ZERO_DOMESTIC,
    ZERO_EU,
    ZERO_EXPORT,
    EXEMPT,
    ABROAD,
    EU_SERVICES,
    REVERSE_CHARGE,
    MARGIN,
)

_TABLE = (
    (Rate.VAT_23, 23, STANDARD),
    (Rate.VAT_22, 22, STANDARD),
    (Rate.VAT_8, 8, REDUCED),
    (Rate.VAT_7, 7, REDUCED),
    (Rate.VAT_5, 5, SUPER_REDUCED),
    (Rate.TAXI_4, 4, TAXI),
    (Rate.TAXI_3, 3, TAXI),
    (Rate.ZERO_DOMESTIC, 0, ZERO_DOMESTIC),
    (Rate.ZERO_EU, 0, ZERO_EU),
    (Rate.ZERO_EXPORT, 0, ZERO_EXPORT),
    (Rate.EXEMPT, None, EXEMPT),
    (Rate.REVERSE_CHARGE, None, REVERSE_CHARGE),
    (Rate.ABROAD, None, ABROAD),
    (Rate.EU_SERVICE, None, EU_SERVICES),
)
RATES = {
    rate: RateRule(rate, None if percent is None else Decimal(percent), sums)
    for rate, percent, sums in _TABLE
}


def sums_of(line, margin=False):
    """The sums that a line counts in.

    :param line: `Line` or `OrderLine`
    :param margin: whether the invoice has a margin scheme, whose lines have no rate
    :return: `Sums`; None for a line without a rate (simplified invoices may leave it
        out) and for an FA(2) rate that says too little
    """
    if line.oss_rate is not None:
        return OSS
    if line.rate is None:
        return MARGIN if margin else None
    rule = RATES.get(line.rate)
    return rule and rule.sums


def summary(body):
    """The sums that an invoice gives: a list of (`Sums`, net, vat, vat in PLN).

    What is not given is None.
    """
    rows = []
    for sums in ALL_SUMS:
        row = [
            name and getattr(body, name) for name in (sums.net, sums.vat, sums.vat_pln)
        ]
        if row[0] is not None:
            rows.append((sums, *row))
    return rows
