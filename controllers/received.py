from odoo import http
from odoo.http import request

from ..ksef_api.errors import DocumentError
from ..models.access import AUDITOR, BILLING, check_allowed

# What a supplier wrote is shown, and does nothing.
NOTHING_RUNS = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"


class ReceivedController(http.Controller):
    """The picture of an invoice, beside the list of those received."""

    @http.route("/l10n_pl_ksef/received/<int:bill_id>", type="http", auth="user")
    def received(self, bill_id):
        """Return the page for whoever may read the row; KSeF is not asked for it."""
        bill = request.env["l10n_pl_ksef.bill"].browse(bill_id).exists()
        check_allowed(bill, BILLING, AUDITOR)
        if not bill:
            raise request.not_found()
        try:
            # sudo: the file is kept with the row, which the user may read
            page = bill.sudo()._picture_page()
        except DocumentError as error:
            page = request.env["l10n_pl_ksef.verdict"]._document_text(error)
        return request.make_response(
            page,
            headers=[
                ("Content-Type", "text/html; charset=utf-8"),
                ("Content-Security-Policy", NOTHING_RUNS),
                ("Cache-Control", "no-store"),
            ],
        )
