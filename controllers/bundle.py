import tempfile

from werkzeug.exceptions import NotFound
from werkzeug.wsgi import wrap_file

from odoo import http
from odoo.http import Response, request

from ..models.access import AUDITOR, BILLING, check_allowed


class BundleController(http.Controller):
    """Files of many invoices as one ZIP, put together on disk and streamed from
    there."""

    @http.route("/l10n_pl_ksef/bundle/<int:window_id>", type="http", auth="user")
    def bundle(self, window_id):
        """Return what was chosen in a window, to whoever filled it in."""
        window = request.env["l10n_pl_ksef.bundle"].browse(window_id).exists()
        check_allowed(window, BILLING, AUDITOR)
        if window.state not in ("ready", "taken"):
            raise NotFound()
        stream = tempfile.TemporaryFile()  # the response closes it
        window._write_whole(stream)
        size = stream.tell()
        stream.seek(0)
        return Response(
            wrap_file(request.httprequest.environ, stream),
            headers=[
                ("Content-Type", "application/zip"),
                ("Content-Length", str(size)),
                ("Content-Disposition", http.content_disposition("KSeF.zip")),
                ("Cache-Control", "no-store"),
            ],
            direct_passthrough=True,
        )
