import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools.misc import format_amount, format_date

from ..concurrency import checkpoint
from .types import LABELS, TYPES

_logger = logging.getLogger(__name__)

LINES_SHOWN = 50
NAMES_SHOWN = 3
KEPT = timedelta(days=400)


class Notice(models.Model):
    """One event that people are told of by e-mail, and the memory that they were.

    Written by ``l10n_pl_ksef.notification._notify``. The cron takes what was gathered
    for a company and a type, and leaves one e-mail for each receiver in Odoo's mail
    queue.
    """

    _name = "l10n_pl_ksef.notice"
    _description = "KSeF Event Told by E-mail"
    _order = "id"

    type = fields.Selection(LABELS, required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    res_model = fields.Char("Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Record", model_field="res_model", required=True, readonly=True
    )
    occasion = fields.Char(required=True, readonly=True, default="")
    details = fields.Text(readonly=True)
    state = fields.Selection(
        [("waiting", "Waiting"), ("told", "Told")],
        required=True,
        readonly=True,
        default="waiting",
    )
    told_to_ids = fields.Many2many("res.users", string="Told To", readonly=True)

    _once = models.UniqueIndex(
        "(type, res_model, res_id, occasion)", "This event has been told already."
    )
    _waiting = models.Index("(company_id, type) WHERE state = 'waiting'")

    # --- noting --------------------------------------------------------------

    @api.model
    def _note(self, code, records, occasion, details):
        """Keep the event for those of ``records`` where it is new."""
        new = records - self._notices_of(code, records, occasion)
        if not new:
            return
        is_company = new._name == "res.company"
        # sudo: who causes an event need not be allowed to read its record
        companies = new if is_company else new.sudo().company_id
        gathering = self._open_digest(code, companies)
        self.create(
            [
                {
                    "type": code,
                    "company_id": record.id if is_company else record.company_id.id,
                    "res_model": record._name,
                    "res_id": record.id,
                    "occasion": occasion,
                    "details": details,
                }
                # sudo: who causes an event need not be allowed to read its record
                for record in new.sudo()
            ]
        )
        if companies - gathering:
            at = fields.Datetime.now() + TYPES[code].gather
            self.env.ref("l10n_pl_ksef.ir_cron_tell")._trigger(at=at)

    def _notices_of(self, code, records, occasion):
        """Return those of ``records`` whose event is known already."""
        known = self.search_fetch(
            [
                ("type", "=", code),
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
                ("occasion", "=", occasion),
            ],
            ["res_id"],
        )
        return records.browse(known.mapped("res_id"))

    def _open_digest(self, code, companies):
        """Return the companies for which an e-mail of this type is on its way."""
        return self.search(
            [
                ("type", "=", code),
                ("company_id", "in", companies.ids),
                ("state", "=", "waiting"),
            ]
        ).company_id

    # --- telling -------------------------------------------------------------

    @api.model
    def _cron_tell(self):
        """Write the e-mails whose events have been gathered long enough."""
        waiting = self.search([("state", "=", "waiting")])
        for group in waiting.grouped(lambda n: (n.company_id, n.type)).values():
            due = group[0].create_date + TYPES[group[0].type].gather
            if due > fields.Datetime.now():
                self.env.ref("l10n_pl_ksef.ir_cron_tell")._trigger(at=due)
                continue
            try:
                with self.env.cr.savepoint():
                    group._notify_all()
            except Exception:
                _logger.exception("KSeF: no e-mail could be made of %s", group)
            checkpoint(self.env)

    def _notify_all(self):
        """Write one e-mail for each receiver of these events of one type."""
        for user, notices in self._by_receiver().items():
            notices._mail_to(user)
        self.state = "told"

    def _by_receiver(self):
        """Return ``{user: events}`` for these events of one company and type."""
        company, code = self.company_id, self[0].type
        managers = self._accountants(company)
        unwanted = self.env["l10n_pl_ksef.notification"]._unwanted_by(code, company)
        receivers = {}
        for notice in self.filtered(lambda n: n._record()):
            users = notice._responsible()
            if TYPES[code].to_administrators:
                users |= managers
            for user in (users - unwanted).filtered("email"):
                receivers[user] = receivers.get(user, self.browse()) | notice
        return receivers

    def _accountants(self, company):
        """Return the accounting administrators of ``company``."""
        group = self.env.ref("account.group_account_manager")
        return group.all_user_ids.filtered(
            lambda user: user.active and not user.share and company in user.company_ids
        )

    def _responsible(self):
        """Return the person responsible for the invoice, where that is to be told."""
        record = self._record()
        if not TYPES[self.type].to_responsible or "invoice_user_id" not in record:
            return self.env["res.users"]
        return record.invoice_user_id.filtered(
            lambda user: user.active
            and not user.share
            and self.company_id in user.company_ids
        )

    def _record(self):
        """Return the record that the event is about; empty when it is gone."""
        # sudo: the cron writes e-mails about records of all companies
        return self.env[self.res_model].sudo().browse(self.res_id).exists()

    # --- the e-mail ----------------------------------------------------------

    def _mail_to(self, user):
        """Queue one e-mail about these events, in the language of ``user``."""
        notices = self.with_context(
            lang=user.lang, tz=user.tz, allowed_company_ids=self.company_id.ids
        )
        subject, body = notices._render()
        company = self.company_id
        self.env["mail.mail"].create(
            {
                "subject": subject,
                "body_html": body,
                "email_from": company.email_formatted or company.default_from_email,
                "email_to": user.email_formatted,
                "auto_delete": True,
            }
        )
        self.told_to_ids = [(4, user.id)]
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()

    def _render(self):
        """Return ``(subject, body)`` of the e-mail, in the context's language."""
        template = self.env.ref(f"l10n_pl_ksef.mail_{self[0].type}")
        template = template.with_context(names=self._names())
        first, company = self[0].id, self.company_id
        values = {
            "company": company,
            "text": template._render_field("body_html", [first])[first],
            "lines": [notice._line() for notice in self[:LINES_SHOWN]],
            "more": len(self) - LINES_SHOWN,
            "choices_url": f"{company.get_base_url()}/odoo/ksef-notifications",
        }
        body = self.env["ir.qweb"]._render("l10n_pl_ksef.notice_mail", values)
        return template._render_field("subject", [first])[first], body

    def _names(self):
        """Return the names of the records, in short, for the subject."""
        names = [n._record().display_name for n in self[:NAMES_SHOWN]]
        if len(self) <= NAMES_SHOWN:
            return ", ".join(names)
        return self.env._(
            "%(names)s and %(count)s more",
            names=", ".join(names),
            count=len(self) - NAMES_SHOWN,
        )

    def _line(self):
        """Return what the e-mail says about this event."""
        record = self._record()
        return {
            "name": record.display_name,
            "url": f"{record.get_base_url()}/odoo/{record._name}/{record.id}",
            "facts": self._facts(record),
            "details": self.details,
        }

    def _facts(self, record):
        """Return what tells ``record`` from others: a list of texts."""
        facts = {
            "account.move": self._invoice_facts,
            "l10n_pl_ksef.bill": self._bill_facts,
            "l10n_pl_ksef.certificate": self._certificate_facts,
        }.get(record._name)
        return [fact for fact in facts(record) if fact] if facts else []

    def _invoice_facts(self, move):
        amount = format_amount(self.env, move.amount_total, move.currency_id)
        return [move.partner_id.display_name, amount]

    def _bill_facts(self, bill):
        currency = bill.currency_id or self.company_id.currency_id
        amount = format_amount(self.env, bill.amount_total, currency)
        return [bill.seller_name, bill.invoice_number, amount]

    def _certificate_facts(self, certificate):
        field = certificate._fields["status"]
        status = dict(field._description_selection(self.env)).get(certificate.status)
        until = format_date(self.env, certificate.valid_to)
        return [status, self.env._("valid until %(date)s", date=until)]

    @api.autovacuum
    def _forget_old(self):
        """Drop what was told long ago."""
        old = fields.Datetime.now() - KEPT
        self.search([("state", "=", "told"), ("create_date", "<", old)]).unlink()


class MailTemplate(models.Model):
    _inherit = "mail.template"

    def _check_can_be_rendered(self, *args, **kwargs):
        # EXTENDS 'mail': it is tried on any record, where our subjects name nothing yet
        tried = self.with_context(names=self.env.context.get("names", ""))
        return super(MailTemplate, tried)._check_can_be_rendered(*args, **kwargs)
