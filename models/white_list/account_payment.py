from odoo import fields, models


class AccountPayment(models.Model):
    """A payment keeps what the list of VAT payers said when it was registered."""

    _inherit = "account.payment"

    l10n_pl_ksef_list_result = fields.Char(
        "White List", readonly=True, copy=False, help="As of the day of the payment."
    )
    l10n_pl_ksef_list_request = fields.Char(
        "White List: Request",
        readonly=True,
        copy=False,
        help="The number that the Ministry gave to the question: with the time of its "
        "answer it proves that the account was checked.",
    )
    l10n_pl_ksef_list_answered_at = fields.Datetime(
        "White List: Answered On", readonly=True, copy=False
    )
    l10n_pl_ksef_list_confirmed_id = fields.Many2one(
        "res.users", "Paid in Spite of the Warning By", readonly=True, copy=False
    )
