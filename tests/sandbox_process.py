"""The local KSeF (``sandbox/``) as a process, for tests inside Odoo."""

import base64
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_SECONDS = 300  # for an answer: a busy machine takes its time


class Sandbox:
    """One running local KSeF; the control port says what it should be like.

    Odoo ends every child process after a test class, so each class starts its own.
    """

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="ksef-sandbox-")
        ready = Path(self.folder.name) / "ready.json"
        self.log = open(Path(self.folder.name) / "sandbox.log", "wb")  # noqa: SIM115
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sandbox", "--ready", ready, "--exit-with-parent"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )
        addresses = self._wait_for(ready)
        self.api_url = addresses["api_url"]
        self.qr_url = addresses["qr_url"]
        self.latarnia_url = addresses["latarnia_url"]
        self.control_url = addresses["control_url"]
        self.gus_wsdl_url = addresses["gus_wsdl_url"]
        self.white_list_url = addresses["white_list_url"]

    def _wait_for(self, ready):
        while self.process.poll() is None:
            if ready.exists() and ready.stat().st_size:
                return json.loads(ready.read_text())
            time.sleep(0.05)
        log = Path(self.log.name).read_text()
        raise RuntimeError(f"The local KSeF did not start:\n{log}")

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()
        self.folder.cleanup()

    def control(self, method, path, body=None):
        """Give an order on the control port and return its answer."""
        answer = requests.request(
            method, f"{self.control_url}{path}", json=body, timeout=PATIENCE_SECONDS
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def reset(self):
        self.control("POST", "/reset")
        self.control("POST", "/knobs", {"rate_limits": "off"})

    def knobs(self, **values):
        self.control("POST", "/knobs", values)

    def fault(self, **order):
        return self.control("POST", "/faults", order)

    def clock(self, offset):
        self.control("POST", "/clock", {"offset": offset})

    def certificate(self, nip, **options):
        """Return what the MCU gives a taxpayer: certificate, encrypted key,
        password."""
        order = {"nip": nip, "usage": "authentication", "password": "haslo-1234"}
        return self.control("POST", "/certificates", {**order, **options})

    def token(self, nip, permissions=("InvoiceRead", "InvoiceWrite")):
        order = {"nip": nip, "permissions": list(permissions)}
        return self.control("POST", "/tokens", order)["token"]

    def issue(self, xml, **options):
        """A supplier issues ``xml`` with other software; returns its KSeF number."""
        order = {"xml_b64": base64.b64encode(xml).decode(), **options}
        return self.control("POST", "/invoices", order)["ksef_number"]

    def ledger(self, nip=None):
        """Return the invoices that KSeF holds."""
        query = f"?nip={nip}" if nip else ""
        return self.control("GET", f"/ledger{query}")["invoices"]

    def company(self, nip, name, **data):
        """Let GUS REGON know a company (see ``sandbox/gus.py``)."""
        return self.control("POST", "/companies", {"nip": nip, "name": name, **data})

    def taxpayer(self, nip, **data):
        """Let the list of VAT payers know a company (see ``sandbox/white_list.py``)."""
        return self.control("POST", "/taxpayers", {"nip": nip, **data})
