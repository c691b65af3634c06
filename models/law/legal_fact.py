from datetime import date

from odoo import api, fields, models, tools

# The one source of these numbers: new rows of the table are made of them, and where a
# row is not there yet, as while Odoo installs the add-on, they count themselves.
FACTS = {
    "payment_titles": date(2027, 1, 1),
    "payment_titles_begin": date(2026, 12, 1),
    "split_payment_above": 15_000,
    "white_list_above": 15_000,
    "token_life": date(2027, 11, 30),
}


class LegalFact(models.Model):
    """One date or amount of the law that the software rests on, in one place.

    The law changes, and some of it is only announced: an administrator of the system
    can correct a row, and the next day works by it. ``valid_as_of`` tells when somebody
    last looked it up.
    """

    _name = "l10n_pl_ksef.legal.fact"
    _description = "KSeF: Date or Amount of the Law"
    _order = "date, code"

    code = fields.Char(required=True, readonly=True)
    name = fields.Char("What It Is", required=True, translate=True)
    date = fields.Date()
    amount = fields.Monetary()
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
        return self._values()[code][0] if code in self._values() else FACTS[code]

    @api.model
    def _amount(self, code):
        """Return the amount ``code`` in zlotys (float, as Odoo keeps it).

        :raise KeyError: there is no such amount
        """
        return self._values()[code][1] if code in self._values() else FACTS[code]

    @api.model
    @tools.ormcache()
    def _values(self):
        # sudo: the law is no secret, and one table serves all companies.
        facts = self.sudo().search([("code", "!=", False)])
        return {fact.code: (fact.date, fact.amount) for fact in facts}

    @api.model_create_multi
    def create(self, vals_list):
        facts = super().create([{**_known(v.get("code")), **v} for v in vals_list])
        self.env.registry.clear_cache()
        return facts

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    @api.ondelete(at_uninstall=False)
    def _forget(self):
        self.env.registry.clear_cache()


def _known(code):
    """Return the date or amount of a new row."""
    fact = FACTS.get(code)
    if fact is None:
        return {}
    return {"date" if isinstance(fact, date) else "amount": fact}
