"""The company register, against servers that answer as GUS never should."""

import pytest

from ksef_api.company_register import Company, RegisterError, find_company

NIP = "5265877635"


def reason(address):
    with pytest.raises(RegisterError) as caught:
        find_company(NIP, "key", address)
    return caught.value.reason


def test_a_register_that_does_not_answer_is_unreachable():
    assert reason("http://127.0.0.1:9/wsdl") == "unreachable"


def test_an_answer_that_is_no_service_description_is_bad(server):
    server.will_answer(body=b"<html>maintenance</html>", kind="text/xml")
    assert reason(server.url + "/wsdl/1") == "bad_answer"


def test_entities_are_refused(server):
    bomb = b'<!DOCTYPE a [<!ENTITY b "boom">]><a>&b;</a>'
    server.will_answer(body=bomb, kind="text/xml")
    assert reason(server.url + "/wsdl/2") == "bad_answer"


def test_an_endless_answer_is_cut(server):
    server.will_answer(body=b"<a>" + b"x" * 3_000_000 + b"</a>", kind="text/xml")
    assert reason(server.url + "/wsdl/3") == "unreachable"


@pytest.mark.parametrize(
    ("street", "house", "flat", "line"),
    [
        ("ul. Gęsia", "12", "3", "ul. Gęsia 12/3"),
        ("ul. Gęsia", "12", "", "ul. Gęsia 12"),
        ("", "7", "", "Wólka 7"),
    ],
)
def test_the_address_line_reads_as_people_write_it(street, house, flat, line):
    company = Company("", "", "", street, house, flat, "", "Wólka", "", False)
    assert company.address_line == line
