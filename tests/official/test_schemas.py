"""What is written besides invoices is as the Ministry's schemas say."""

import pki
from ksef_caller import invoice
from lxml import etree

from ksef_api import xades
from tools.references import addition

UPO = "{http://upo.schematy.mf.gov.pl/KSeF/v4-3}"
SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
CHALLENGE = "20260101-CR-20F5EE4000-DA48AE4124-46"


def schema(name):
    return etree.XMLSchema(etree.parse(addition("xsd", name)))


def test_the_request_for_a_login_fits():
    request = xades.auth_token_request(CHALLENGE, pki.NIP)
    schema("schemat_auth_v2-1.xsd").assertValid(etree.fromstring(request))


def test_the_receipts_of_the_local_ksef_fit(fresh):
    """But for the name of the Ministry, which test environments extend."""
    caller = fresh.logged_in()
    session = caller.open()
    state = session.send(invoice())
    page = session.close()["upo"]["pages"][0]
    for url in (state["upoDownloadUrl"], page["downloadUrl"]):
        root = etree.fromstring(caller.get(url, token=None).content)
        root.remove(root.find(SIGNATURE))
        root.find(f"{UPO}NazwaPodmiotuPrzyjmujacego").text = "Ministerstwo Finansów"
        schema("upo-v4-3.xsd").assertValid(root)
