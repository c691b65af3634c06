"""Chromium without a window, driven over its debugging protocol; for pictures."""

import base64
import json
import subprocess
import tempfile
import time
import urllib.request

import websocket

from .command import free_port

SIZE = (1280, 860)
PHONE = 600
# Tries to reach it, a tenth of a second apart: the machine may be busy.
STARTS = 3000
OPTIONS = (
    "--headless --no-sandbox --disable-gpu --no-first-run --disable-sync "
    "--disable-background-networking --disable-component-update --hide-scrollbars"
).split()


class Browser:
    """One page that is logged in to Odoo; use it in a `with` statement."""

    def __init__(self, client, size=SIZE):
        """
        :param client: `OdooClient`, whose session the browser takes over
        :param size: of the page; one that is narrow is a telephone
        """
        self.size = size
        self.url = client.url
        self.session_id = client.session.cookies["session_id"]
        self.count = 0

    def __enter__(self):
        port = free_port()
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        width, height = self.size
        self.process = subprocess.Popen(
            [
                *("chromium", *OPTIONS, "--remote-allow-origins=*"),
                *(f"--remote-debugging-port={port}", f"--window-size={width},{height}"),
                *(f"--user-data-dir={self.profile.name}", "about:blank"),
            ],
            stderr=subprocess.DEVNULL,
        )
        self.socket = websocket.create_connection(_page_address(port))
        if width < PHONE:
            self.command(
                "Emulation.setDeviceMetricsOverride",
                width=width,
                height=height,
                deviceScaleFactor=1,
                mobile=True,
            )
            self.command("Emulation.setTouchEmulationEnabled", enabled=True)
        self.command("Network.enable")
        self.command(
            "Network.setCookie",
            name="session_id",
            value=self.session_id,
            url=self.url,
        )
        return self

    def __exit__(self, *_error):
        self.socket.close()
        self.process.terminate()
        self.process.wait(20)
        self.profile.cleanup()

    def command(self, method, **params):
        """Give one command and return its result."""
        self.count += 1
        order = {"id": self.count, "method": method, "params": params}
        self.socket.send(json.dumps(order))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == self.count:
                return answer.get("result", {})

    def open(self, path):
        """Open a page of Odoo."""
        self.command("Page.navigate", url=self.url + path)

    def wait_for(self, selector, seconds=120):
        """Wait until the page has an element.

        :raises TimeoutError: it did not come
        """
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self._value(f"!!document.querySelector({json.dumps(selector)})"):
                return
            time.sleep(0.1)
        raise TimeoutError(selector)

    def click(self, selector):
        """Click an element as soon as it is there."""
        self.wait_for(selector)
        self._value(f"document.querySelector({json.dumps(selector)}).click()")

    def _value(self, expression):
        result = self.command("Runtime.evaluate", expression=expression)
        return result.get("result", {}).get("value")

    def picture(self):
        """Return what the page looks like, as PNG."""
        time.sleep(1.2)  # animations of windows and notifications come to rest
        data = self.command("Page.captureScreenshot", format="png")["data"]
        return base64.b64decode(data)


def _page_address(port):
    for _try in range(STARTS):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
                pages = json.load(answer)
            found = [p for p in pages if p["type"] == "page"]
            return found[0]["webSocketDebuggerUrl"]
        except (OSError, IndexError):
            time.sleep(0.1)
    raise TimeoutError("Chromium did not start")
