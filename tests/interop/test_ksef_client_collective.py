"""What newer versions of `ksef-client` do with what came after contract 2.6."""

import base64
import os
import subprocess
import sys
from datetime import datetime, timedelta, timezone

import pytest
from conftest import NIP, OTHER, ROOT
from ksef_client import models as m
from test_ksef_client import new_invoice


def test_it_makes_and_looks_up_collective_identifiers(
    sandbox,
    client,
    access,
):
    numbers = [
        sandbox.order(
            "/invoices",
            xml_b64=base64.b64encode(new_invoice(OTHER, NIP)).decode(),
        )["ksef_number"]
        for _count in range(2)
    ]
    calls = client.collective_identifiers
    made = calls.generate_for_ksef_numbers(
        numbers, access_token=access, descriptions=["za maj", None]
    ).collective_identifier_number
    now = datetime.now(timezone.utc)
    span = (now - timedelta(days=1), now + timedelta(minutes=1))
    request = m.CollectiveIdentifiersQueryRequest(
        date_created_from=span[0].isoformat(), date_created_to=span[1].isoformat()
    )
    (listed,) = calls.iter_query(request, access_token=access, page_size=10)
    assert (listed.collective_identifier_number, listed.invoice_count) == (made, 2)
    members = {i.ksef_number: i for i in calls.iter_invoices(made, access_token=access)}
    assert members[numbers[0]].description == "za maj"
    (of_invoice,) = calls.iter_by_ksef_number(numbers[1], access_token=access)
    assert of_invoice.created_in_current_context is True


def test_it_ends_a_certificate_early(sandbox, client, access):
    made = sandbox.order("/certificates", nip=NIP, name="Firma")
    soon = datetime.now(timezone.utc) + timedelta(hours=1)
    client.testdata.update_certificate(
        made["serial"],
        m.TestDataUpdateCertificateRequest(valid_to=soon.isoformat()),
        access_token=access,
    )
    later = soon + timedelta(days=9999)
    with pytest.raises(Exception, match="API error"):
        client.testdata.update_certificate(
            made["serial"],
            m.TestDataUpdateCertificateRequest(valid_to=later.isoformat()),
            access_token=access,
        )


OURS = """
import json, sys
from decimal import Decimal
from ksef_api import environment
from ksef_api.client import KsefClient
from ksef_api.collective import CollectiveMember

url, token, *numbers = sys.argv[1:]
with KsefClient(environment.custom(url), access_token=token) as client:
    members = [CollectiveMember(n, Decimal("123.45"), "PLN") for n in numbers]
    print(client.create_collective_identifier(members))
"""


def test_it_reads_what_we_made(sandbox, client, access):
    numbers = [
        sandbox.order(
            "/invoices",
            xml_b64=base64.b64encode(new_invoice(OTHER, NIP)).decode(),
        )["ksef_number"]
        for _count in range(3)
    ]
    # Ours runs where the add-on's libraries are.
    python = os.environ.get("L10N_PL_KSEF_PYTHON", sys.executable)
    words = [python, "-c", OURS, sandbox.ready["api_url"], access, *numbers]
    made = subprocess.run(
        words, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    calls = client.collective_identifiers
    found = {i.ksef_number: i for i in calls.iter_invoices(made, access_token=access)}
    assert set(found) == set(numbers)
    for member in found.values():
        assert (float(member.payment.amount), member.payment.currency) == (
            123.45,
            "PLN",
        )
    for number in numbers:
        (known,) = calls.iter_by_ksef_number(number, access_token=access)
        assert known.collective_identifier_number == made
        assert known.created_in_current_context is True
