"""HTTP listeners: plain, TLS, control. HTTP/1.1 with connections that stay open."""

import io
import ssl
import threading

from werkzeug.exceptions import InternalServerError
from werkzeug.serving import WSGIRequestHandler, make_server

from . import pki
from .app import Dropped

IDLE_SECONDS = 120
LONGEST_BODY = 200_000_000


class Handler(WSGIRequestHandler):
    """Werkzeug's handler closes every connection; KSeF does not, nor does this.

    A body is read whole before the application runs, so that the next request begins
    where this one ended.
    """

    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    wbufsize = -1
    disable_nagle_algorithm = True

    def run_wsgi(self):
        environ = self.make_environ()
        body = self._body(environ)
        if body is None:
            return
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        environ.pop("wsgi.input_terminated", None)
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        try:
            self._answer(environ)
        except Dropped:
            self.close_connection = True
        except ConnectionError as error:
            self.connection_dropped(error, environ)
            self.close_connection = True

    def handle_expect_100(self):
        """Let the caller send the body now, not when the buffer is full."""
        goes_on = super().handle_expect_100()
        self.wfile.flush()
        return goes_on

    def _body(self, environ):
        if environ.get("wsgi.input_terminated"):
            return environ["wsgi.input"].read()
        length = int(self.headers.get("Content-Length") or 0)
        if length > LONGEST_BODY:
            self.send_error(413)
            self.close_connection = True
            return None
        return self.rfile.read(length)

    def _answer(self, environ):
        state = {}

        def start_response(status, headers, exc_info=None):
            state.update(status=status, headers=headers)

        try:
            chunks = self.server.app(environ, start_response)
        except Dropped:
            raise
        except Exception as error:
            self.server.log("error", f"{type(error).__name__}: {error}")
            chunks = InternalServerError()(environ, start_response)
        content = b"".join(chunks)
        if hasattr(chunks, "close"):
            chunks.close()
        self._write(state["status"], state["headers"], content)

    def _write(self, status, headers, content):
        code, _space, message = status.partition(" ")
        self.send_response(int(code), message)
        for key, value in headers:
            if key.lower() not in ("content-length", "connection"):
                self.send_header(key, value)
        if int(code) != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
        self.wfile.flush()

    def log_request(self, code="-", size="-"):
        """Nothing: GET /calls on the control port tells."""


def listen(application, host, port, context=None):
    """A server that runs in threads of its own.

    :param context: TLS context, or None for plain HTTP
    """
    server = make_server(
        host,
        port,
        application,
        threaded=True,
        request_handler=Handler,
        ssl_context=context,
    )
    server.daemon_threads = True
    # Without this, stopping waits for every open connection.
    server.block_on_close = False
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def tls_context(world):
    """TLS with the server's certificate; also writes `ca.pem` and returns its path."""
    folder, authority = world.folder, world.authority
    ca_file = folder / "ca.pem"
    ca_file.write_text(pki.pem(authority.tls_ca))
    chain = folder / "server.pem"
    chain.touch(mode=0o600)
    chain.write_text(pki.pem(authority.tls) + pki.key_pem(authority.tls_key))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return context, ca_file
