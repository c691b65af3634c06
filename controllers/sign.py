import base64

from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request

from ..models.access import ADMINISTRATOR, check_allowed


class SignController(http.Controller):
    """The file that a person signs with a qualified signature (*AuthTokenRequest*)."""

    @http.route("/l10n_pl_ksef/sign/<int:connection_id>", type="http", auth="user")
    def request_file(self, connection_id):
        """Return the file that was made last for a connection."""
        connection = request.env["l10n_pl_ksef.connection"].browse(connection_id)
        check_allowed(connection, ADMINISTRATOR)
        # sudo: nobody may read this field, the file is for who may sign it
        content = connection.sudo().with_context(bin_size=False).request_file
        if not content:
            raise NotFound()
        name = f"KSeF-{connection.nip}-{connection.environment}.xml"
        return request.make_response(
            base64.b64decode(content),
            headers=[
                ("Content-Type", "application/xml"),
                ("Content-Disposition", http.content_disposition(name)),
                ("Cache-Control", "no-store"),
            ],
        )
