"""Collective identifiers, against the local KSeF."""

import base64
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from invoice_xml import invoice
from local_ksef import OTHER, SELLER

from ksef_api import collective, errors
from ksef_api.collective import CollectiveMember


@pytest.fixture
def client(sandbox):
    with sandbox.client() as made:
        yield made


@pytest.fixture
def numbers(sandbox):
    """KSeF numbers of three bills of one supplier."""
    today = datetime.now(timezone.utc).date() - timedelta(days=1)
    return [
        sandbox.order(
            "/invoices",
            xml_b64=base64.b64encode(invoice(f"Z/{n}", OTHER, SELLER, today)).decode(),
        )["ksef_number"]
        for n in range(3)
    ]


def lately():
    now = datetime.now(timezone.utc)
    return now - timedelta(days=1), now + timedelta(minutes=1)


def test_a_number_is_made_and_looked_up_in_every_way(sandbox, client, numbers):
    members = [
        CollectiveMember(numbers[0], Decimal("12.50"), "PLN", "za maj"),
        CollectiveMember(numbers[1]),
    ]
    number = client.create_collective_identifier(members)
    assert collective.is_valid(number)
    (found,) = client.collective_identifiers(*lately())
    assert (found.number, found.is_own, found.invoice_count) == (number, True, 2)
    (of_invoice,) = client.collective_identifiers_of(numbers[0])
    assert (of_invoice.number, of_invoice.created) == (number, found.created)
    invoices = {item.ksef_number: item for item in client.collective_invoices([number])}
    assert set(invoices) == set(numbers[:2])
    told = invoices[numbers[0]]
    assert (told.amount, told.currency) == (Decimal("12.5"), "PLN")
    assert invoices[numbers[1]].amount is None
    with sandbox.client(OTHER) as seller:
        (theirs,) = seller.collective_identifiers(*lately(), own=False)
        assert (theirs.number, theirs.is_own) == (number, False)
    with sandbox.client("7740001454") as stranger:
        hidden = {i.ksef_number: i for i in stranger.collective_invoices([number])}
        assert hidden[numbers[0]].is_hidden and hidden[numbers[0]].amount is None


def test_more_than_ten_numbers_are_asked_for_in_turns(client, numbers):
    members = [CollectiveMember(number) for number in numbers]
    made = [client.create_collective_identifier(members) for _time in range(12)]
    found = list(client.collective_invoices(made))
    assert len(found) == 36 and {item.number for item in found} == set(made)
    listed = [item.number for item in client.collective_identifiers_of(numbers[2])]
    assert listed == made[::-1]


@pytest.mark.parametrize(
    "chosen, code",
    [
        ([0], 21405),
        ([0, 0], collective.TWICE),
        ([0, -1], collective.NO_INVOICE),
    ],
)
def test_what_cannot_stand_together_is_told_by_a_code(client, numbers, chosen, code):
    known = [*numbers, f"{OTHER}-20260101-0123456789AB-00"]
    members = [CollectiveMember(known[index]) for index in chosen]
    with pytest.raises(errors.InvalidRequest) as caught:
        client.create_collective_identifier(members)
    assert caught.value.has(code)


def test_after_a_lost_answer_the_number_is_found(sandbox, client, numbers):
    sandbox.order("/faults", path="/collective-identifiers$", action="drop_after")
    members = [CollectiveMember(number) for number in numbers]
    with pytest.raises(errors.NoAnswer) as caught:
        client.create_collective_identifier(members)
    assert caught.value.sent
    (made,) = client.collective_identifiers_of(numbers[0])
    assert made.is_own
    found = client.collective_invoices([made.number])
    assert {item.ksef_number for item in found} == set(numbers)


@pytest.mark.parametrize(
    "number, expected",
    [
        ("1111111111-IZ202607-65ED02180000-E7", True),
        ("8631941578-IZ202607-323B52184000-CD", True),
        ("8631941578-IZ202607-323B52184000-CE", False),
        ("8631941578-IZ202613-323B52184000-CD", False),
        ("", False),
        (None, False),
    ],
)
def test_a_number_has_a_checksum(number, expected):
    assert collective.is_valid(number) is expected
