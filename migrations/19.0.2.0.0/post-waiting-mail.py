from odoo import SUPERUSER_ID, api

NAMED = ("author_user_id", "author_partner_id")


def migrate(cr, version):
    """E-mails that wait are sent as who wrote them, with files of the invoice only.

    Before, whoever might edit the invoice could write anything into them.
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    moves = env["account.move"].search([("l10n_pl_ksef_waiting_mail", "!=", False)])
    for move in moves:
        kept = dict(move.l10n_pl_ksef_waiting_mail)
        author = env["res.users"].browse(kept.get("author_user_id")).exists()
        # A superuser may send all that there is.
        known = author.active and not author._is_superuser()
        files = kept.get("mail_attachments_widget") or []
        move.l10n_pl_ksef_waiting_mail = {
            **{name: kept[name] for name in kept if name not in NAMED},
            "user_id": author.id if known else False,
            "mail_attachments_widget": [f for f in files if _is_of(move, f)],
        }


def _is_of(move, file):
    """Tell whether it is yet to be made, or belongs to the invoice or a template."""
    number = str(file.get("id"))
    if not number.isdigit():
        return True
    attachment = move.env["ir.attachment"].browse(int(number)).exists()
    of_move = (attachment.res_model, attachment.res_id) == (move._name, move.id)
    return of_move or attachment.res_model == "mail.template"
