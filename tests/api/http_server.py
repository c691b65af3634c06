"""A small HTTP server that answers as a test orders, well or badly."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Server:
    """Answers requests in the order of `replies`; keeps what came in `requests` and
    over which `connections`.
    """

    def __init__(self):
        self.replies, self.requests, self.connections = [], [], set()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._http.handle_error = lambda *_args: None  # clients that hung up
        serve = self._http.serve_forever
        threading.Thread(target=serve, args=(0.005,), daemon=True).start()

    def close(self):
        """Stop."""
        self._http.shutdown()
        self._http.server_close()

    def will_answer(self, status=200, data=None, headers=None, body=None, kind=None):
        """Order one answer: JSON `data`, or `body` of the content type `kind`."""
        if data is not None:
            body, kind = json.dumps(data).encode(), kind or "application/json"
        headers = {"Content-Type": kind or "text/plain", **(headers or {})}
        self.replies.append(
            lambda handler: _send(handler, status, headers, body or b"")
        )

    def will_do(self, action):
        """Order any behaviour: `action(handler)`."""
        self.replies.append(action)


def _handler(server):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self):
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            request = (self.command, self.path, dict(self.headers), body)
            server.requests.append(request)
            server.connections.add(self.client_address)
            server.replies.pop(0)(self)

        do_GET = do_POST = do_PUT = do_DELETE = answer

        def log_message(self, *args):
            """Say nothing."""

    return Handler


def _send(handler, status, headers, body):
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    if "Content-Length" not in headers:
        handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def cut(handler):
    """Close the line without a word."""
    handler.close_connection = True
    handler.connection.close()
