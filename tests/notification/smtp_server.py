"""A real SMTP server on localhost, for tests of the e-mails that Odoo sends."""

import email
from email.policy import default
from unittest.mock import patch

from aiosmtpd.controller import Controller


class Inbox:
    """Keeps each message that arrives, as ``email.message.EmailMessage``."""

    def __init__(self):
        self.messages = []

    async def handle_DATA(self, _server, _session, envelope):
        message = email.message_from_bytes(envelope.content, policy=default)
        self.messages.append(message)
        return "250 Message accepted"


class _OnFreePort(Controller):
    """A controller whose port the system chooses."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        return super()._trigger_server()


class SmtpServer:
    """One running SMTP server; Odoo is told to send through it."""

    def __init__(self, env):
        self.inbox = Inbox()
        self._controller = _OnFreePort(
            self.inbox, hostname="127.0.0.1", port=0, ready_timeout=300
        )
        self._controller.start()
        env["ir.mail_server"].search([]).active = False
        env["ir.mail_server"].create(
            {
                "name": "localhost",
                "smtp_host": "127.0.0.1",
                "smtp_port": self._controller.port,
                "smtp_encryption": "none",
                "sequence": 1,
            }
        )
        # Odoo sends no e-mail in tests unless told to.
        self._enabled = patch.object(
            env.registry["ir.mail_server"], "_disable_send", lambda self: False
        )
        self._enabled.start()

    def stop(self):
        self._enabled.stop()
        self._controller.stop()
