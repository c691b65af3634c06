from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request

from ..models.access import ADMINISTRATOR, check_allowed


class ExportController(http.Controller):
    """A certificate with its key, for whoever exported it just now."""

    @http.route("/l10n_pl_ksef/certificate/<int:window_id>", type="http", auth="user")
    def certificate(self, window_id):
        """Return the file of an export, once."""
        window = request.env["l10n_pl_ksef.certificate.export"].browse(window_id)
        window = window.exists()
        check_allowed(window, ADMINISTRATOR)
        if not window:
            raise NotFound()
        name, content = window._take_file()
        return request.make_response(
            content,
            headers=[
                ("Content-Type", "application/zip"),
                ("Content-Disposition", http.content_disposition(name)),
                ("Cache-Control", "no-store"),
            ],
        )
