"""A company with one record of everything, another company, and their people."""

import logging
from contextlib import contextmanager

from odoo import Command, api
from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.service.model import call_kw
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from ...ksef_api import limits
from ...models import concurrency
from ...models.connection import call as connection_call
from ..common import KsefCase
from ..receiving.case import ReceivingCase
from . import table

_logger = logging.getLogger(__name__)

QUIET = ("odoo.models", "odoo.addons.base.models.ir_rule", "odoo.addons.base.models")
HAPPENED = (
    UserError,
    RedirectWarning,
)  # what KSeF or the record's state has against it


class Watch:
    """Stands for ``odoo.modules`` in ``checkpoint``: counts what it would commit."""

    def __init__(self):
        self.module = self
        self.commits = 0

    @property
    def current_test(self):
        self.commits += 1
        return True


class OfficeCase(ReceivingCase):
    """``self.people[kind]`` are of the company, ``self.strangers[kind]`` of another."""

    http_calls = 0

    @classmethod
    def _request_handler(cls, session, request, /, **options):
        OfficeCase.http_calls += 1
        return super()._request_handler(session, request, **options)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.env["res.company"].create(
            {"name": "Obca sp. z o.o.", "country_id": cls.env.ref("base.pl").id}
        )
        cls.kinds = [
            kind
            for kind, groups in table.KINDS.items()
            if all(cls.env.ref(g, raise_if_not_found=False) for g in groups.split(","))
        ]
        cls.people = {kind: cls.person(kind, cls.company) for kind in cls.kinds}
        cls.strangers = {
            kind: cls.person(kind, cls.other_company)
            for kind in ("billing", "administrator", "system")
        }
        # The portal user is a person of the customer, who may read the invoice.
        cls.people["portal"].partner_id.parent_id = cls.customer
        # Once for the class: what is refused needs no fresh KSeF.
        cls.builder = cls("setUp")
        cls.builder.build()

    @classmethod
    def person(cls, kind, company):
        return new_test_user(
            cls.env,
            f"{kind}_{company.id}",
            groups=table.KINDS[kind],
            email=f"{kind}{company.id}@example.com",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    def setUp(self):
        super(KsefCase, self).setUp()
        self.patch(limits, "DOCUMENTED", {})
        for name in ("accepted", "waiting", "draft", "bill", "records", "connection"):
            setattr(self, name, getattr(self.builder, name))
        self.watch = Watch()
        self.patch(concurrency, "modules", self.watch)

    def build(self):
        """Connect the company, and make one record of everything."""
        self.sandbox.reset()
        connection_call._public_keys.clear()
        self.connection = self.connect()
        self.supplier_nip = self.supplier.vat.removeprefix("PL")
        self.fetches = self.env["l10n_pl_ksef.fetch"].sudo()
        self.accepted = self.invoice()
        self.accepted._l10n_pl_ksef_send()
        self.process(self.connection)
        self.assertEqual(self.accepted.l10n_pl_ksef_state, "accepted")
        self.waiting, self.draft = self.invoice(), self.invoice(post=False)
        if "sales" in self.people:
            # Sales people see their own invoices.
            seller = {"invoice_user_id": self.people["sales"].id}
            (self.accepted | self.waiting | self.draft).write(seller)
        self.upload(type="offline", options={"usage": "offline"}).action_add()
        self.sandbox.issue(self.document("FV/7"))
        self.bill = self.receive(self.connection)
        self.records = self._records()
        self.env.flush_all()

    def _records(self):
        """Return ``{model: record of the company}``, windows apart."""
        move, env = self.waiting, self.env(su=True)
        fetch = self.fetches.search([("company_id", "=", self.company.id)], limit=1)
        made = {
            "account.move": move,
            "account.journal": self.bill.move_id.journal_id,
            "res.company": self.company,
            "l10n_pl_ksef.connection": self.connection,
            "l10n_pl_ksef.certificate": self.connection.certificate_id,
            "l10n_pl_ksef.document": self.accepted.l10n_pl_ksef_document_ids,
            "l10n_pl_ksef.session": self.accepted.l10n_pl_ksef_document_ids.session_id,
            "l10n_pl_ksef.bill": self.bill,
            "l10n_pl_ksef.fetch": fetch,
            "l10n_pl_ksef.export": env["l10n_pl_ksef.export"].create(
                {"fetch_id": fetch.id}
            ),
            "l10n_pl_ksef.call": env["l10n_pl_ksef.call"].create(
                {"context": "test", "kind": "test", "moment": 0}
            ),
            "l10n_pl_ksef.outage": env["l10n_pl_ksef.outage"].create(
                {"title": "Awaria", "company_id": self.company.id}
            ),
            "l10n_pl_ksef.notice": env["l10n_pl_ksef.notice"].create(
                {
                    "type": "bill_error",
                    "company_id": self.company.id,
                    "res_model": "res.company",
                    "res_id": self.company.id,
                }
            ),
            "l10n_pl_ksef.sales.check": env["l10n_pl_ksef.sales.check"].search(
                [("company_id", "=", self.company.id)], limit=1
            ),
            "l10n_pl_ksef.attention": env["l10n_pl_ksef.attention"].search(
                [("company_id", "=", self.company.id)], limit=1
            ),
        }
        made["l10n_pl_ksef.office"] = env["l10n_pl_ksef.office"].browse(self.company.id)
        for name in (
            "l10n_pl_ksef.permission",
            "l10n_pl_ksef.permission.order",
            "l10n_pl_ksef.identifier",
            "account.bank.statement.line",
            "res.partner",
        ):
            made[name] = env[name].create(self.given(name))
        made["l10n_pl_ksef.identifier.line"] = made["l10n_pl_ksef.identifier"].line_ids
        made["l10n_pl_ksef.legal.fact"] = env.ref("l10n_pl_ksef.legal_payment_titles")
        for name in (
            "l10n_pl_ksef.enrolment",
            "l10n_pl_ksef.listed.certificate",
            "l10n_pl_ksef.move.party",
            "l10n_pl_ksef.move.vehicle",
            "l10n_pl_ksef.white.list",
            "l10n_pl_ksef.rule",
            "l10n_pl_ksef.approval",
        ):
            made[name] = env[name].create(self.given(name))
        return made

    def given(self, model):
        """Return values with which ``model`` can be created, for our company."""
        company = {"company_id": self.company.id}
        window = {**company, "environment": "test", "nip": self.nip}
        return {
            "l10n_pl_ksef.move.party": {
                "move_id": self.draft.id,
                "partner_id": self.supplier.id,
            },
            "l10n_pl_ksef.move.vehicle": {
                "move_id": self.draft.id,
                "line_id": self.draft.invoice_line_ids.id,
                "first_use": "2026-01-01",
                "usage": "10",
            },
            "l10n_pl_ksef.outage": {"title": "Awaria"},
            "l10n_pl_ksef.white.list": {
                "nip": self.nip,
                "day": "2026-11-20",
                "state": "active",
            },
            "l10n_pl_ksef.rule": {**company, "name": "Paliwo"},
            "l10n_pl_ksef.approval": {
                "move_id": self.bill.move_id.id,
                "user_id": self.env.user.id,
                "approved_on": "2026-11-03",
                "fingerprint": "x",
            },
            "l10n_pl_ksef.hand.over": {
                **company,
                "bill_ids": [Command.set(self.bill.ids)],
                "user_id": self.people["billing"].id,
            },
            "l10n_pl_ksef.not.ours": {
                **company,
                "bill_ids": [Command.set(self.bill.ids)],
            },
            "l10n_pl_ksef.permission": {
                **window,
                "grant_id": "x",
                "direction": "given",
                "kind": "person",
                "scope": "InvoiceRead",
            },
            "l10n_pl_ksef.permission.order": {**window, "action": "grant"},
            "l10n_pl_ksef.permission.grant": company,
            "l10n_pl_ksef.permission.revoke": company,
            "l10n_pl_ksef.office.connect": company,
            "l10n_pl_ksef.office.notifications": company,
            "l10n_pl_ksef.office.responsible": company,
            "l10n_pl_ksef.certificate.stop": company,
            "l10n_pl_ksef.identifier": {
                **company,
                "environment": "test",
                "line_ids": [Command.create({"ksef_number": "x"})],
            },
            "account.bank.statement.line": {
                "journal_id": self.company_data["default_journal_bank"].id,
                "payment_ref": "FV/1",
                "amount": 1,
            },
            "res.partner": {**company, "name": "Klient"},
            "account.payment.register": {
                "line_ids": [
                    Command.set(
                        self.accepted.line_ids.filtered(
                            lambda line: line.account_type == "asset_receivable"
                        ).ids
                    )
                ],
            },
            "l10n_pl_ksef.enrolment": {
                **company,
                "environment": "test",
                "type": "offline",
                "state": "failed",
            },
            "l10n_pl_ksef.listed.certificate": {
                **company,
                "environment": "test",
                "serial": "0123456789ABCDEF",
                "type": "authentication",
                "status": "Active",
            },
            "l10n_pl_ksef.order.certificates": window,
            "l10n_pl_ksef.revoke": {
                **company,
                "certificate_id": self.connection.certificate_id.id,
            },
            "l10n_pl_ksef.certificate.export": {
                **company,
                "certificate_id": self.connection.certificate_id.id,
            },
            "l10n_pl_ksef.connect": window,
            "l10n_pl_ksef.certificate.upload": window,
            "l10n_pl_ksef.sign": {**window, "connection_id": self.connection.id},
            "l10n_pl_ksef.company.data": {**company, "nip": self.nip},
            "l10n_pl_ksef.fetch.window": company,
            "l10n_pl_ksef.issue.offline": {
                **company,
                "move_ids": [Command.set(self.waiting.ids)],
            },
            "l10n_pl_ksef.complete": {
                "move_ids": [Command.set(self.waiting.ids)],
                "purpose": "send",
            },
            "l10n_pl_ksef.bundle": {"move_ids": [Command.set(self.accepted.ids)]},
            "l10n_pl_ksef.settings": company,
            "account.move.send.wizard": {"move_id": self.waiting.id},
            "res.config.settings": company,
        }.get(model, {})

    def record_for(self, model, user, method=None):
        """Return the company's record of ``model`` that ``user`` calls; their own where
        records belong to people, as if others' rights had been theirs."""
        if model == "l10n_pl_ksef.notification":
            choices = self.env[model].sudo()._of_user(user, self.company)
            return choices[:1]
        if self.env[model].is_transient():
            return self.env[model].with_user(user).sudo().create(self.given(model))
        if method in (
            "action_l10n_pl_ksef_upo",
            "action_l10n_pl_ksef_xml",
            "action_l10n_pl_ksef_correct_data",
        ):
            return self.accepted
        return self.records.get(model, self.env[model])

    # --- calling -------------------------------------------------------------

    @contextmanager
    def undone(self):
        """Take back what was done inside."""
        savepoint = self.env.cr.savepoint()
        try:
            with savepoint:
                yield
                savepoint.rollback()
        finally:
            self.env.invalidate_all(flush=False)
            self.env.transaction.clear()

    def refused(self, user, company, model, method, *args, ids=None):
        """Tell whether a call through Odoo's door of RPC is refused.

        What is refused has committed nothing and told KSeF nothing.

        :param ids: records; None: a method of the model
        """
        env = api.Environment(self.env.cr, user.id, {})
        kwargs = {"context": {"allowed_company_ids": company.ids}}
        before = OfficeCase.http_calls
        self.watch.commits = 0
        arguments = list(args) if ids is None else [ids, *args]
        try:
            with mute_logger(*QUIET):
                call_kw(env[model], method, arguments, kwargs)
        except AccessError:
            done = (self.watch.commits, OfficeCase.http_calls - before)
            self.assertEqual(done, (0, 0), "(commits, calls) before it was refused")
            return True
        except HAPPENED as happened:
            # It began; that it did not go well is another matter.
            _logger.info("%s.%s: %s", model, method, happened)
        return False
