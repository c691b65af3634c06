"""What newer versions of `ksef-client` do with what came after contract 2.6."""

import base64
from datetime import datetime, timedelta, timezone

import pytest
from conftest import NIP, OTHER
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
