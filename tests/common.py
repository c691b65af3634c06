import base64
import random
from unittest.mock import patch

import requests

from odoo import Command
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tests import common as odoo_common

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from ..ksef_api import limits
from ..models.connection import call as connection_call
from ..models.white_list import ask as white_list
from .sandbox_process import Sandbox

# Made by tools/ready_company.py.
READY_COMPANY = "l10n_pl_ksef_tests.company"
# So many times longer than Odoo itself do browser tests wait.
PATIENCE = 20
NIP_WEIGHTS = (6, 5, 7, 2, 3, 4, 5, 6, 7)


def make_nip(seed=None):
    """Return a NIP with a valid control digit; the same for the same ``seed``."""
    generator = random.Random(seed)
    while True:
        digits = [generator.randint(1, 9) for _ in range(9)]
        control = sum(d * w for d, w in zip(digits, NIP_WEIGHTS, strict=True)) % 11
        if control < 10:
            return "".join(map(str, [*digits, control]))


class LocalHttp:
    """Lets the add-on's requests through to the local KSeF."""

    @classmethod
    def _request_handler(cls, session, request, /, **options):
        # Odoo's guard against outside requests compares the timeout with a number.
        if isinstance(options.get("timeout"), tuple):
            options["timeout"] = max(options["timeout"])
        return super()._request_handler(session, request, **options)


class _PatientBrowser(odoo_common.ChromeBrowser):
    """Odoo's, which waits longer for everything: the machine may be busy."""

    @property
    def throttling_factor(self):
        # EXTENDS 'base': what all of its patience is multiplied by
        return PATIENCE

    @throttling_factor.setter
    def throttling_factor(self, _value):
        """Set by Odoo's constructor."""

    def _json_command(self, command, timeout=3):
        return super()._json_command(command, timeout * PATIENCE)


class BrowserCase(HttpCase):
    """Tests with a browser that do not fail because of the clock.

    The steps of the tours are as patient (``static/tests/tours/patience.js``).
    """

    test_cursor_lock_timeout = HttpCase.test_cursor_lock_timeout * PATIENCE

    def browser_js(self, *args, **kwargs):
        iterations = odoo_common.CHECK_BROWSER_ITERATIONS * PATIENCE
        with (
            patch.object(odoo_common, "ChromeBrowser", _PatientBrowser),
            patch.object(odoo_common, "CHECK_BROWSER_ITERATIONS", iterations),
        ):
            return super().browser_js(*args, **kwargs)

    def url_open(self, url, *args, **kwargs):
        return super().url_open(url, *args, **{"timeout": 300, **kwargs})

    def _wait_remaining_requests(self, timeout=10):
        return super()._wait_remaining_requests(timeout * PATIENCE)


class PolishCase(AccountTestInvoicingCommon):
    """A Polish company: the one that ``./dev`` keeps ready, or one that is made."""

    @classmethod
    @AccountTestInvoicingCommon.setup_country("pl")
    def setUpClass(cls):
        super().setUpClass()

    @classmethod
    def setup_independent_company(cls, **kwargs):
        # EXTENDS 'account': its chart takes longer to load than most tests to run
        ready = cls.env.ref(READY_COMPANY, raise_if_not_found=False)
        if not ready or kwargs:
            return super().setup_independent_company(**kwargs)
        cls.env.user.company_ids = [Command.link(ready.id)]
        return ready


@tagged("post_install_l10n", "post_install", "-at_install")
class KsefCase(LocalHttp, PolishCase):
    """A Polish company and its partners, with a real local KSeF to talk to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sandbox = Sandbox()
        cls.addClassCleanup(cls.sandbox.stop)
        cls.company = cls.company_data["company"]
        cls.nip = make_nip("company")
        cls.company.write(
            {
                "name": "Testowa Spółka z o.o.",
                "vat": f"PL{cls.nip}",
                "street": "ul. Próżna 7",
                "zip": "00-107",
                "city": "Warszawa",
                "l10n_pl_ksef_send_on_validation": False,
            }
        )
        # What is noted in the background speaks the company's language.
        cls.company.partner_id.lang = "en_US"
        cls.customer = cls._partner("Odbiorca S.A.", make_nip("customer"))
        cls.supplier = cls._partner("Dostawca sp.j.", make_nip("supplier"))
        parameters = cls.env["ir.config_parameter"]
        parameters.set_param(connection_call.TEST_API_URL, cls.sandbox.api_url)
        parameters.set_param(connection_call.TEST_QR_URL, cls.sandbox.qr_url)
        parameters.set_param(white_list.TEST_URL, cls.sandbox.white_list_url)
        cls.tax_23, cls.tax_8, cls.tax_5, cls.tax_0, cls.tax_zw = (
            cls.env.ref(f"account.{cls.company.id}_vs_kraj_{rate}")
            for rate in ("23", "8", "5", "0", "zw")
        )

    def setUp(self):
        super().setUp()
        self.sandbox.reset()
        connection_call._public_keys.clear()
        # The limits of the local KSeF are off, so ours are.
        self.patch(limits, "DOCUMENTED", {})

    @classmethod
    def _partner(cls, name, nip, **values):
        return cls.env["res.partner"].create(
            {
                "name": name,
                "is_company": True,
                "vat": f"PL{nip}",
                "street": "ul. Długa 1",
                "zip": "80-001",
                "city": "Gdańsk",
                "country_id": cls.env.ref("base.pl").id,
                **values,
            }
        )

    @classmethod
    def euro_at(cls, zlotys, day="2026-11-01"):
        """Return the euro, which costs so many zlotys from ``day`` on."""
        euro = cls.env.ref("base.EUR")
        euro.active = True
        cls.env["res.currency.rate"].create(
            {
                "name": day,
                "currency_id": euro.id,
                "company_id": cls.company.id,
                "inverse_company_rate": zlotys,
            }
        )
        return euro

    @classmethod
    def new_user(cls, login, role="account_invoice", **values):
        """Return a user of the company; ``role`` is a group of accounting."""
        return new_test_user(
            cls.env,
            login,
            groups=f"account.group_{role}",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            **values,
        )

    def upload(self, company=None, **values):
        """Return the upload window, filled in with a certificate from the local
        KSeF."""
        company = company or self.company
        options = values.pop("options", {})
        nip = company.vat.removeprefix("PL")
        given = self.sandbox.certificate(nip, **options)
        return self.env["l10n_pl_ksef.certificate.upload"].create(
            {
                "company_id": company.id,
                "environment": "test",
                "certificate_file": base64.b64encode(given["certificate_pem"].encode()),
                "key_file": base64.b64encode(given["key_pem"].encode()),
                "password": given["password"],
                **values,
            }
        )

    def connect(self, company=None, **values):
        """Return a connection that KSeF has authorised."""
        wizard = self.upload(company, **values)
        wizard.action_add()
        connection = wizard.connection_id.sudo()
        for _poll in range(5):
            if connection.state != "processing":
                break
            connection._advance_authorisation()
        self.assertEqual(connection.state, "connected", connection.status_message)
        return connection

    def invoice(self, *lines, partner=None, post=True, **values):
        """Return a customer invoice; a line is ``(name, quantity, price, tax)``."""
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": (partner or self.customer).id,
                "invoice_date": "2026-11-02",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": name,
                            "quantity": quantity,
                            "price_unit": price,
                            "tax_ids": [Command.set(tax.ids)],
                        }
                    )
                    for name, quantity, price, tax in lines
                    or [("Usługa", 2, 100, self.tax_23)]
                ],
                **values,
            }
        )
        if post:
            move.action_post()
        return move

    def verify(self, link):
        """Return what KSeF's page behind a QR code says."""
        page = requests.get(link, timeout=300).text
        return page.partition('data-result="')[2].partition('"')[0]

    def process(self, connection, moves=None, rounds=6):
        """Let the send cron work until nothing of ``moves`` is on its way."""
        documents = self.env["l10n_pl_ksef.document"].sudo()
        for _round in range(rounds):
            self.due_now()
            documents._process(connection)

    def due_now(self):
        """Let every waiting document be due, as if its time had come."""
        self.env.flush_all()
        self.env.cr.execute("UPDATE l10n_pl_ksef_document SET retry_at = NULL")
        self.env.cr.execute("UPDATE l10n_pl_ksef_session SET retry_at = NULL")
        self.env.cr.execute("UPDATE l10n_pl_ksef_connection SET next_call_at = NULL")
        self.env.invalidate_all()

    def receive(self, connection, rounds=8):
        """Let the crons of receiving work for ``connection``; return all its bills.

        :param rounds: so many times all that waits for its time finds it has come
        """
        fetches = self.env["l10n_pl_ksef.fetch"].sudo()
        company = [("company_id", "=", connection.company_id.id)]
        fetches._follow(connection)
        due = fetches.search([*company, ("state", "in", ("waiting", "ordered"))])
        for _round in range(rounds):
            connection.next_call_at = False
            due.due_at = "2000-01-01 00:00:00"
            fetches._work(company)
            due = due.filtered(lambda row: row.state == "ordered" or row.fail_count)
            if not due:
                break
        self.env["l10n_pl_ksef.bill"]._cron_make_bills()
        return self.env["l10n_pl_ksef.bill"].search(company, order="id")
