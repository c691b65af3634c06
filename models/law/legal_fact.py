from datetime import date, timedelta

from odoo import api, fields, models, tools

# The one source of these numbers: new rows of the table are made of them, and where a
# row is not there yet, as while Odoo installs the add-on, they count themselves.
FACTS = {
    "payment_titles": date(2027, 1, 1),
    "payment_titles_begin": date(2026, 12, 1),
    "split_payment_above": 15_000,
    "white_list_above": 15_000,
    "token_life": date(2027, 11, 30),
    "report_abuse_within": timedelta(days=60),
}


class LegalFact(models.Model):
    """One date, amount or term of the law that the software rests on, in one place.

    The law changes, and some of it is only announced: an administrator of the system
    can correct a row, and the next day works by it. ``valid_as_of`` tells when somebody
    last looked it up.
    """

    _name = "l10n_pl_ksef.legal.fact"
    _inherit = ["l10n_pl_ksef.cached.mixin"]
    _description = "KSeF: Date or Amount of the Law"
    _order = "date, code"

    code = fields.Char(required=True, readonly=True)
    name = fields.Char("What It Is", required=True, translate=True)
    date = fields.Date()
    amount = fields.Monetary()
    days = fields.Integer(help="A term, in calendar days.")
    currency_id = fields.Many2one(
        "res.currency", default=lambda self: self.env.ref("base.PLN")
    )
    source = fields.Char("Place in the Law")
    certainty = fields.Selection(
        [("law", "In the act"), ("announced", "Announced")],
        required=True,
        default="law",
    )
    valid_as_of = fields.Date(required=True)

    _code_unique = models.Constraint("UNIQUE(code)", "This fact is there already.")

    @api.model
    def _date(self, code):
        """Return the date ``code``; whoever asks, the law is the same.

        :raise KeyError: there is no such date
        """
        return self._value(code, "date")

    @api.model
    def _amount(self, code):
        """Return the amount ``code`` in zlotys (float, as Odoo keeps it).

        :raise KeyError: there is no such amount
        """
        return self._value(code, "amount")

    @api.model
    def _term(self, code):
        """Return the term ``code`` (timedelta of calendar days).

        :raise KeyError: there is no such term
        """
        return self._value(code, "term")

    @api.model
    def _value(self, code, what):
        values = self._values()
        return values[code][what] if code in values else FACTS[code]

    @api.model
    @tools.ormcache()
    def _values(self):
        # sudo: the law is no secret, and one table serves all companies.
        facts = self.sudo().search([("code", "!=", False)])
        return {
            fact.code: {
                "date": fact.date,
                "amount": fact.amount,
                "term": timedelta(days=fact.days),
            }
            for fact in facts
        }

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS l10n_pl_ksef/models/cached_mixin.py
        return super().create([{**_known(v.get("code")), **v} for v in vals_list])


def _known(code):
    """Return the date, amount or term of a new row."""
    fact = FACTS.get(code)
    if fact is None:
        return {}
    if isinstance(fact, timedelta):
        return {"days": fact.days}
    return {"date" if isinstance(fact, date) else "amount": fact}
