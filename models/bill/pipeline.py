"""FA(3) files become vendor bills: Odoo's own import pipeline, and the order of it."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from lxml import etree
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...ksef_api import fa3
from ...ksef_api.errors import DocumentError
from ...ksef_api.fa3 import FA2, FA3
from ..access import undictated

FILE_TYPE = "l10n_pl_ksef.fa3"
# Documents of the Ministry that are no FA(3) or FA(2): FA_RR, FA_PEF, JPK, UPO.
OTHER_TYPE = "l10n_pl_ksef.other"
MINISTRY = (
    "http://crd.gov.pl/",
    "http://upo.schematy.mf.gov.pl/",
    "http://jpk.mf.gov.pl/",
)
PURCHASE_SIGN = {"in_invoice": 1, "in_refund": -1}


@dataclass(frozen=True)
class Choice:
    """What is decided for a line before its own data are asked; all may be empty.

    :param tax: taken where it is one of the taxes of the line's rate
    """

    product: models.BaseModel | None = None
    tax: models.BaseModel | None = None
    account_id: int | None = None
    analytic: dict | None = None


NO_CHOICE = Choice()


@dataclass
class BillImport:
    """One document on its way into the books.

    :param read: ``fa3`` ReadResult: the document, and what the reader has no place for
    :param raw: the file, to be kept with the bill; None when it is kept elsewhere
    :param received_on: day on which KSeF gave it its number; None when not from there
    :param notes: sentences for the chatter: what somebody should look at
    :param tasks: those of them that somebody has to act on
    :param company: whose books it goes into
    :param journal: its purchase journal
    :param partner: the vendor, once it was found or made
    :param currency: of the document
    :param is_new_partner: whether this document made the vendor
    :param values: of the bill, decided by a room above (``_l10n_pl_ksef_decide``)
    :param decision: what that room keeps of it
    :param choose: returns the ``Choice`` for a line; None stands for the sums
    """

    read: fa3.ReadResult
    raw: bytes | None = None
    received_on: date | None = None
    notes: list = field(default_factory=list)
    tasks: list = field(default_factory=list)
    company: models.BaseModel | None = None
    journal: models.BaseModel | None = None
    partner: models.BaseModel | None = None
    currency: models.BaseModel | None = None
    is_new_partner: bool = False
    values: dict = field(default_factory=dict)
    decision: object | None = None
    choose: Callable | None = None

    def choice_of(self, line):
        """Return the ``Choice`` for a line; None stands for the sums."""
        return self.choose(line) if self.choose else NO_CHOICE

    @property
    def document(self):
        """*Faktura*."""
        return self.read.document

    @property
    def body(self):
        """*Fa*."""
        return self.document.body

    @property
    def sign(self):
        """-1 when the document becomes a refund, whose amounts Odoo turns round."""
        return -1 if self.body.total < 0 else 1

    @property
    def move_type(self):
        """A correction down is a refund; all else is a bill."""
        return "in_refund" if self.sign < 0 else "in_invoice"

    def amount(self, value):
        """Return ``value`` in the document's currency, as people write it."""
        text = self.currency.format(float(value))
        # Odoo keeps the sign with the number by a character that nobody sees.
        return text.replace("\N{ZERO WIDTH NO-BREAK SPACE}", "")


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_received_on = fields.Date(
        "Received in KSeF",
        readonly=True,
        copy=False,
        help="The day on which KSeF gave the invoice its number. VAT is deducted no "
        "earlier than in the period of this day.",
    )

    @api.model
    def _get_import_file_type(self, file_data):
        # EXTENDS 'account'
        tree = file_data.get("xml_tree")
        if tree is not None and (namespace := etree.QName(tree).namespace):
            if namespace in (FA2, FA3):
                return FILE_TYPE
            if namespace.startswith(MINISTRY):
                return OTHER_TYPE
        return super()._get_import_file_type(file_data)

    def _get_edi_decoder(self, file_data, new=False):
        # EXTENDS 'account'
        if file_data["import_file_type"] == FILE_TYPE:
            return {"priority": 20, "decoder": self._l10n_pl_ksef_decode}
        if file_data["import_file_type"] == OTHER_TYPE:
            return {"priority": 1, "decoder": self._l10n_pl_ksef_decode_other}
        return super()._get_edi_decoder(file_data, new=new)

    @api.model
    def _l10n_pl_ksef_decode(self, invoice, file_data, new):
        """Fill ``invoice`` from an FA(3) file that was dropped on a journal or mailed.

        :return: why it cannot be, in a sentence; None when it was done
        """
        if reason := invoice._reason_cannot_decode_has_invoice_lines():
            return reason
        try:
            read = fa3.read(file_data["raw"])
        except DocumentError as error:
            return self._l10n_pl_ksef_reason_unread(error)
        if reason := invoice._l10n_pl_ksef_reason_not_ours(read.document):
            return reason
        invoice._l10n_pl_ksef_import_invoice(BillImport(read, file_data["raw"]))
        return None

    @api.model
    def _l10n_pl_ksef_decode_other(self, invoice, file_data, new):
        """Say why a document of the Ministry that came by mail is no bill."""
        return self._l10n_pl_ksef_reason_other(file_data["xml_tree"])

    def _l10n_pl_ksef_reason_unread(self, error):
        reason = self.env["l10n_pl_ksef.verdict"]._document_text(error)
        return self.env._("the file cannot be read: %s", reason)

    def _l10n_pl_ksef_reason_not_ours(self, document):
        """Return why ``document`` is no purchase of this company, or None."""
        # A file dropped on the dashboard comes as an entry of the journal.
        if self.journal_id.type != "purchase":
            return self.env._(
                "KSeF invoices of suppliers belong in a purchase journal."
            )
        return self._l10n_pl_ksef_reason_other_buyer(document, self.company_id)

    def _l10n_pl_ksef_reason_other_buyer(self, document, company):
        """Return that ``document`` was issued to somebody else, or None."""
        buyer = document.buyer.identification
        nip = company._l10n_pl_ksef_nip()
        third = {party.identification.nip for party in document.third_parties}
        if nip and buyer.nip and nip not in {buyer.nip, *third}:
            return self.env._(
                "the buyer is another one: %(name)s, NIP %(nip)s.",
                name=buyer.name or "",
                nip=buyer.nip,
            )
        return None

    def _l10n_pl_ksef_import_invoice(self, bill_import):
        """Make this empty bill what the document says.

        :param bill_import: ``BillImport``
        :raise UserError: the document cannot become a bill, with the reason
        """
        # Not Odoo's `_get_edi_creation`: its discounts have the noise of floats.
        values = self._l10n_pl_ksef_bill_values(bill_import, self.journal_id)
        self.check_access("write")
        none = self.browse()
        container = {"records": none}
        # As in Odoo's `create`: where there was nothing before, lines are not compared
        # with what they were, and written again one by one.
        with none._check_balanced(container), none._sync_dynamic_lines(container):
            # sudo: the file, and what is kept of it, only code may write
            self.sudo().write(values)
            container["records"] = self
        self._l10n_pl_ksef_finish(bill_import)

    @api.model
    def _l10n_pl_ksef_create_bill(self, bill_import, journal):
        """Return a new bill of what the document says, made in one go.

        :raise UserError: the document cannot become a bill, with the reason
        """
        values = self._l10n_pl_ksef_bill_values(bill_import, journal)
        self.check_access("create")
        # Nobody's context has a say in what is made.
        # sudo: the file, and what is kept of it, only code may write
        made = undictated(self).sudo().create({"journal_id": journal.id, **values})
        move = made.with_env(self.env)
        move._l10n_pl_ksef_finish(bill_import)
        return move

    def _l10n_pl_ksef_finish(self, bill_import):
        """Odoo knows its own VAT and total now; tell what somebody should look at."""
        self._l10n_pl_ksef_match_totals(bill_import)
        self._l10n_pl_ksef_log_import(bill_import)

    def _l10n_pl_ksef_bill_values(self, bill_import, journal):
        """Return the values of the bill that the document is."""
        body = bill_import.body
        bill_import.journal, bill_import.company = journal, journal.company_id
        bill_import.currency = self._l10n_pl_ksef_import_currency(body.currency)
        bill_import.partner = self._l10n_pl_ksef_seller_partner(bill_import)
        self._l10n_pl_ksef_decide(bill_import)
        raw = bill_import.raw
        return {
            "move_type": bill_import.move_type,
            "partner_id": bill_import.partner.id,
            "ref": body.number,
            "invoice_date": body.issue_date,
            "taxable_supply_date": self._l10n_pl_ksef_supplied_on(body),
            "l10n_pl_ksef_received_on": bill_import.received_on,
            "currency_id": bill_import.currency.id,
            **({"l10n_pl_ksef_file": base64.b64encode(raw)} if raw else {}),
            **self._l10n_pl_ksef_import_exchange_rate(bill_import),
            **self._l10n_pl_ksef_import_payment(bill_import),
            **self._l10n_pl_ksef_import_marks(bill_import),
            **self._l10n_pl_ksef_import_correction(bill_import),
            "invoice_line_ids": self._l10n_pl_ksef_import_lines(bill_import),
            **bill_import.values,
        }

    def _l10n_pl_ksef_decide(self, bill_import):
        """Let rooms above decide on a document whose vendor is known by now."""

    @api.model
    def _l10n_pl_ksef_supplied_on(self, body):
        """Return the day of supply (*P_6*), the end of a period, or the last line's."""
        if body.sale_date:
            return body.sale_date
        if body.period:
            return body.period.last
        return max(
            (row.sale_date for row in body.lines if row.sale_date), default=False
        )

    def _get_accounting_date_source(self):
        # EXTENDS 'account': VAT is deducted no earlier than the invoice was received
        source = super()._get_accounting_date_source()
        received = self.l10n_pl_ksef_received_on
        if not received and self.l10n_pl_ksef_file:
            received = self.invoice_date
        is_later = received and source and received > source
        return received if is_later and self.is_purchase_document() else source

    def _l10n_pl_ksef_import_currency(self, code):
        currency = self.env["res.currency"].search([("name", "=", code)], limit=1)
        if not currency:
            raise UserError(
                self.env._("Activate the currency %(code)s first.", code=code)
            )
        return currency

    def _l10n_pl_ksef_import_exchange_rate(self, bill_import):
        """Use the rate of the document (*KursWaluty*): its VAT in PLN is deducted."""
        body, books = bill_import.body, bill_import.company.currency_id
        if bill_import.currency == books or books.name != "PLN":
            return {}
        rates = {row.exchange_rate for row in body.lines if row.exchange_rate}
        rates |= {body.exchange_rate} - {None}
        rate = rates.pop() if len(rates) == 1 else self._l10n_pl_ksef_rate_of_vat(body)
        return {"invoice_currency_rate": float(1 / rate)} if rate else {}

    def _l10n_pl_ksef_rate_of_vat(self, body):
        """Return zlotys for one unit as VAT in zlotys (*P_14_xW*) has it, else None.

        Where the document has no rate, or one for each line.
        """
        told = [(vat, pln) for _s, _net, vat, pln in fa3.summary(body) if vat and pln]
        vat = sum(vat for vat, _pln in told)
        return sum(pln for _vat, pln in told) / vat if vat else None

    def _l10n_pl_ksef_log_import(self, bill_import):
        """Note in the chatter what is to be looked at, with a task where one is due."""
        if bill_import.notes or bill_import.tasks:
            items = Markup().join(
                Markup("<li>%s</li>") % text
                for text in [*bill_import.tasks, *bill_import.notes]
            )
            title = self.env._("Taken over from the KSeF file:")
            self._message_log(body=Markup("<p>%s</p><ul>%s</ul>") % (title, items))
        if bill_import.tasks:
            self.activity_schedule(
                "mail.mail_activity_data_warning",
                summary=self.env._("Check this bill from KSeF"),
                note=Markup("<br/>").join(bill_import.tasks),
                user_id=self._l10n_pl_ksef_task_user().id,
            )

    def _l10n_pl_ksef_task_user(self):
        """Return who is to look at this bill."""
        return self.invoice_user_id or self.env.user
