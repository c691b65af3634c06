from odoo import http
from odoo.http import request

from ..models.access import EMPLOYEE, check_allowed


class PreviewController(http.Controller):
    """The picture of an invoice before it is sent. It is kept nowhere."""

    @http.route("/l10n_pl_ksef/preview/<int:move_id>", type="http", auth="user")
    def preview(self, move_id):
        """Return the PDF, for whoever may read the invoice."""
        move = request.env["account.move"].browse(move_id).exists()
        check_allowed(move, EMPLOYEE)
        if not move or not move._l10n_pl_ksef_is_ours():
            raise request.not_found()
        # sudo: the invoice is read whole, its partners, taxes and orders with it
        whole = move.sudo()
        return request.make_response(
            whole.env["l10n_pl_ksef.picture"]._preview_pdf(whole),
            headers=[
                ("Content-Type", "application/pdf"),
                ("Content-Disposition", 'inline; filename="KSeF.pdf"'),
                ("Cache-Control", "no-store"),
            ],
        )
