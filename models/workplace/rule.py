"""Rules of the inbox, as people write them."""

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.tools import format_amount

from .compiled import KINDS, CompiledRule, RuleSet, alternatives

KIND_LABELS = [
    ("sale", "Invoice"),
    ("correction", "Correction"),
    ("advance", "Advance invoice"),
    ("settlement", "Final invoice after advances"),
    ("simplified", "Simplified invoice"),
]


class Rule(models.Model):
    """What follows for invoices from KSeF that fulfil some conditions.

    Rules are looked at in their order, and for each thing (account, person ...) the
    first one that says it counts. A condition that is left empty asks for nothing.
    Administrators write them: who approves a bill may follow from them.
    """

    _name = "l10n_pl_ksef.rule"
    _description = "KSeF: Rule for Bills"
    _inherit = [
        "analytic.mixin",
        "l10n_pl_ksef.cached.mixin",
        "l10n_pl_ksef.hiding",
    ]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company.l10n_pl_ksef_taxpayer_id,
    )
    currency_id = fields.Many2one(
        "res.currency", "Currency", help="Of the invoice; any when it is empty."
    )
    partner_id = fields.Many2one(
        "res.partner", "Vendor", index=True, ondelete="cascade", check_company=True
    )
    unit = fields.Char(
        "Our Unit or Third Party",
        help="A part of the name, NIP, internal number (IDWew) or customer number of "
        "the buyer or of a third party. Several: separated by semicolons.",
    )
    number = fields.Char(
        "Order or Contract",
        help="A part of the number of an order or contract that the invoice names.",
    )
    kind = fields.Selection(KIND_LABELS, "Kind of Invoice")
    amount_from = fields.Float("Total from", digits="Account")
    amount_to = fields.Float("Total to", digits="Account")
    line_text = fields.Char(
        "Text of a Line",
        help="A part of the name or the vendor's code of a line. Several: separated "
        "by semicolons. What follows is then for such lines only.",
    )
    line_code = fields.Char(
        "CN, PKWiU or GTU",
        help="The beginning of a code of a line, such as 62.01, 8471 or GTU_12. "
        "Several: separated by semicolons. What follows is then for such lines only.",
    )
    journal_id = fields.Many2one(
        "account.journal",
        domain="[('type', '=', 'purchase'), ('is_self_billing', '=', False)]",
        ondelete="cascade",
        check_company=True,
    )
    account_id = fields.Many2one(
        "account.account", ondelete="cascade", check_company=True
    )
    tax_id = fields.Many2one(
        "account.tax",
        "Tax Where There Is a Choice",
        domain="[('type_tax_use', '=', 'purchase')]",
        ondelete="cascade",
        check_company=True,
        help="Taken for lines of its rate, where several taxes have that rate.",
    )
    product_id = fields.Many2one(
        "product.product", ondelete="cascade", check_company=True
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible Person",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        ondelete="set null",
    )
    needs_approval = fields.Boolean("To Be Approved")
    approver_id = fields.Many2one(
        "res.users",
        "Approver",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        ondelete="set null",
        help="The company's approver when it is empty.",
    )
    is_ignored = fields.Boolean(
        "No Bill", help="It stays in the inbox as ignored; no bill is made of it."
    )
    uses_responsible = fields.Boolean(
        related="company_id.l10n_pl_ksef_use_responsible",
        string="Company Has Responsible Persons",
    )
    uses_approval = fields.Boolean(
        related="company_id.l10n_pl_ksef_use_approval", string="Company Approves Bills"
    )

    @api.constrains("amount_from", "amount_to")
    def _check_amounts(self):
        for rule in self:
            if rule.amount_to and rule.amount_to < rule.amount_from:
                raise ValidationError(
                    self.env._("The total to is less than the total from.")
                )

    # --- compiled ------------------------------------------------------------

    @api.model
    def _of_company(self, company):
        """Return the ``RuleSet`` of a company's taxpayer."""
        taxpayer = company.sudo().l10n_pl_ksef_taxpayer_id  # sudo: of a branch, too
        if not taxpayer.l10n_pl_ksef_use_rules:
            return RuleSet([])
        return self._compiled(taxpayer.id)

    @api.model
    @tools.ormcache("company_id", "self.env.lang")
    def _compiled(self, company_id):
        """Return the ``RuleSet`` of a company; it is kept until a rule changes."""
        # sudo: whoever has a bill made, the company's rules hold
        rules = self.sudo().search([("company_id", "=", company_id)])
        return RuleSet([rule._compile() for rule in rules])

    def _compile(self):
        """Return this rule as ``CompiledRule``."""
        self.ensure_one()
        return CompiledRule(
            id=self._origin.id or 0,
            name=self.name or "",
            vendor=self.partner_id._origin.id or 0,
            units=alternatives(self.unit),
            numbers=alternatives(self.number),
            least=self.amount_from,
            most=self.amount_to,
            currency=self.currency_id._origin.name or "",
            kinds=KINDS.get(self.kind, ()),
            texts=alternatives(self.line_text),
            codes=tuple(code.replace(" ", "") for code in alternatives(self.line_code)),
            why="; ".join(self._conditions()),
            told=", ".join(self._results()),
            gives=self._gives(),
        )

    def _gives(self):
        approval = self.needs_approval and (self.approver_id._origin.id or 0)
        return {
            what: value
            for what, value in (
                ("journal", self.journal_id._origin.id or None),
                ("product", self.product_id._origin.id or None),
                ("account", self.account_id._origin.id or None),
                ("tax", self.tax_id._origin.id or None),
                ("analytic", self.analytic_distribution or None),
                ("responsible", self.user_id._origin.id or None),
                ("approval", None if approval is False else approval),
                ("ignore", self.is_ignored or None),
            )
            if value is not None
        }

    # --- in words ------------------------------------------------------------

    def _conditions(self):
        """Yield each condition in words."""
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        named = (
            (self.env._("vendor is %s"), self.partner_id._origin.display_name),
            (self.env._("unit or third party is %s"), self.unit),
            (self.env._("order or contract is %s"), self.number),
            (self.env._("kind is %s"), kinds.get(self.kind)),
            (self.env._("currency is %s"), self.currency_id._origin.name),
            (self.env._("total from %s"), self._amount(self.amount_from)),
            (self.env._("total to %s"), self._amount(self.amount_to)),
            (self.env._("a line has “%s”"), self.line_text),
            (self.env._("a line's code begins with %s"), self.line_code),
        )
        return [sentence % value for sentence, value in named if value]

    def _results(self):
        """Yield in words each thing that follows."""
        named = (
            (self.env._("journal %s"), self.journal_id._origin.display_name),
            (self.env._("product %s"), self.product_id._origin.display_name),
            (self.env._("account %s"), self.account_id._origin.display_name),
            (self.env._("tax %s"), self.tax_id._origin.display_name),
            (self.env._("responsible: %s"), self.user_id._origin.name),
            (self.env._("approved by %s"), self.approver_id._origin.name),
        )
        found = [sentence % value for sentence, value in named if value]
        if self.analytic_distribution:
            found.append(self.env._("analytic distribution"))
        if self.needs_approval and not self.approver_id:
            found.append(self.env._("to be approved"))
        if self.is_ignored:
            found.append(self.env._("no bill"))
        return found

    def _amount(self, amount):
        if not amount:
            return ""
        currency = self.currency_id or self.company_id.currency_id
        return format_amount(self.env, amount, currency)
