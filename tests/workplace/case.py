"""Invoices that arrive in the inbox, without a KSeF to ask."""

import base64
import itertools
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from odoo import Command
from odoo.tests import new_test_user, tagged

from ...ksef_api import crypto, fa3
from ..bill.importing import ImportCase
from ..common import make_nip

_numbers = itertools.count(1)
PARTS = ("rules", "responsible", "approval", "orders", "products", "signs")


@tagged("post_install_l10n", "post_install", "-at_install")
class WorkplaceCase(ImportCase):
    """A company, its vendor, and documents that come from KSeF."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.lang = "en_US"
        cls.vendor = cls.env["res.partner"].create(
            {
                "name": "Nowy Dostawca S.A.",
                "is_company": True,
                "vat": f"PL{cls.supplier_nip}",
                "country_id": cls.env.ref("base.pl").id,
            }
        )
        cls.bills = cls.env["l10n_pl_ksef.bill"].sudo()
        cls.rules = cls.env["l10n_pl_ksef.rule"]
        accounts = cls.env["account.account"].search(
            [
                *cls.env["account.account"]._check_company_domain(cls.company),
                ("account_type", "=", "expense"),
            ],
            limit=3,
        )
        cls.fuel, cls.office, cls.other = accounts

    def document(self, country="PL", **body):
        # Amounts are written as people say them.
        for name, value in body.items():
            if isinstance(value, int) and name.startswith(("net_", "vat_", "total")):
                body[name] = Decimal(value)
        return super().document(country, **body)

    def use(self, *parts):
        """Let the company use ``parts``."""
        self.company.write({f"l10n_pl_ksef_use_{part}": True for part in parts})

    def rule(self, name="Rule", **values):
        return self.rules.create(
            {"name": name, "company_id": self.company.id, **values}
        )

    def person(self, login, role="invoice", **values):
        """Return a user of the company; ``role``: a group of accounting."""
        return new_test_user(
            self.env,
            login,
            groups=f"account.group_account_{role}",
            email=f"{login}@example.com",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
            **values,
        )

    def of_vendor(self, name, nip=None, **body):
        """Return a document of another vendor."""
        document = self.document(**body)
        who = fa3.SellerIdentification(nip=nip or make_nip(name), name=name)
        return replace(document, seller=replace(document.seller, identification=who))

    def arrive(self, *documents, make=True):
        """KSeF brings ``documents``; return their rows, and have their bills made."""
        files, values = {}, []
        for document in documents:
            raw = document if isinstance(document, bytes) else fa3.write(document)
            number = f"{next(_numbers):035d}"
            files[number] = raw
            values.append(self._row(number, raw))
        rows = self.bills.create(values)
        rows._keep(files)
        if make:
            rows._make_bills()
        return rows

    def _row(self, number, raw):
        document = fa3.read(raw).document
        body = document.body
        return {
            "company_id": self.company.id,
            "environment": "test",
            "nip": self.nip,
            "ksef_number": number,
            "invoice_number": body.number,
            "invoice_kind": body.kind.value,
            "issue_date": body.issue_date,
            "stored_at": datetime(2026, 11, 3, 8, 0),
            "seller_nip": document.seller.identification.nip,
            "seller_name": document.seller.identification.name,
            "buyer_nip": document.buyer.identification.nip,
            "buyer_name": document.buyer.identification.name,
            "currency_id": self.env["res.currency"]
            .search([("name", "=", body.currency)])
            .id,
            "amount_net": float(body.total - (body.vat_23 or 0)),
            "amount_total": float(body.total),
            "xml_hash": crypto.sha256_b64(raw),
        }

    def file_of(self, row):
        return base64.b64decode(row.xml_file)

    def assertMade(self, rows):
        self.assertEqual(
            set(rows.mapped("state")), {"imported"}, rows.mapped("status_message")
        )
