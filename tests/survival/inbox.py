"""What suppliers issue and what the inbox has of it, in a world of `harness`."""

import base64
import time
from contextlib import contextmanager
from datetime import date

from harness import HOLD_SECONDS

from tools import paths

PATTERN = paths.ROOT / "tools" / "demo_supplier.xml"
BUYER, SUPPLIER = "5265877635", "1234563218"
CRONS = ("ir_cron_fetch", "ir_cron_make_bills")


def pattern(number="@number@"):
    """An invoice of the supplier, in base64; `@number@` stays for the local KSeF."""
    values = {
        "today": date.today().isoformat(),
        "due": date.today().isoformat(),
        "number": number,
        "seller_nip": SUPPLIER,
        "seller_name": "Dostawca sp. j.",
        "buyer_nip": BUYER,
        "buyer_name": "Trwała sp. z o.o.",
    }
    xml = PATTERN.read_text(encoding="utf-8")
    for name, value in values.items():
        xml = xml.replace(f"@{name}@", value)
    return base64.b64encode(xml.encode()).decode()


class Inbox:
    """The company's inbox in Odoo, beside KSeF's ledger."""

    def __init__(self, world):
        self.world, self.issued = world, 0

    def issue(self, count, **options):
        """Suppliers issue so many more; see `sandbox/suppliers.py`."""
        order = {"xml_b64": pattern(), "count": count, "first": self.issued + 1}
        self.world.sandbox.control("POST", "/invoices/many", {**order, **options})
        self.issued += count

    def ledger(self):
        """{KSeF number: hash} of what suppliers issued for the company."""
        rows = self.world.sandbox.control("GET", f"/ledger?nip={BUYER}")["invoices"]
        return {
            row["ksef_number"]: row["hash"] for row in rows if row["buyer_nip"] == BUYER
        }

    def rows(self):
        """[(KSeF number, hash, has its file, state)] of the inbox."""
        return self.world.sql(
            "SELECT ksef_number, xml_hash, has_file, state FROM l10n_pl_ksef_bill "
            "ORDER BY id"
        )

    def let_time_pass(self):
        """Whatever of receiving waits for a time is due, and every server is woken."""
        self.world.bring_forward("fetch", "due_at", "ir_cron_fetch")
        self.world.bring_forward("bill", "retry_at", "ir_cron_make_bills")
        self.world.let_time_pass()
        self.wake()

    def wake(self):
        """Let the crons of receiving be due now."""
        self.world.wake(CRONS)

    def settle(self, states=("imported",)):
        """Let time pass until everything in KSeF is here and where it belongs."""

        def done():
            self.let_time_pass()
            time.sleep(0.5)
            rows = self.rows()
            whole = all(row[2] and row[3] in states for row in rows)
            return len(rows) == len(self.ledger()) and whole

        self.world.wait_until(done, "the inbox", self.books)

    def books(self):
        """What moves while invoices are fetched, and bills are made."""
        return self.world.sql(
            "SELECT state, has_file, count(*) FROM l10n_pl_ksef_bill "
            "GROUP BY 1, 2 ORDER BY 1, 2"
        )

    def make_some_bills(self):
        """Let time pass until there is a bill more, if there can be one."""
        before = self._imported()

        def done():
            self.let_time_pass()
            time.sleep(0.1)
            return self._imported() > before or before == len(self.ledger())

        self.world.wait_until(done, "one more bill", self.books)

    def _imported(self):
        return sum(row[3] == "imported" for row in self.rows())

    def check(self):
        """Everything in KSeF is here once, with its very file and one bill at most."""
        assert sorted(row[:2] for row in self.rows()) == sorted(self.ledger().items())
        doubled = self.world.sql(
            "SELECT ref FROM account_move WHERE move_type = 'in_invoice' "
            "GROUP BY ref HAVING count(*) > 1"
        )
        assert not doubled, doubled
        loose = self.world.sql(
            "SELECT bill.id FROM l10n_pl_ksef_bill bill LEFT JOIN account_move move "
            "ON move.id = bill.move_id WHERE bill.state = 'imported' "
            "AND move.id IS NULL"
        )
        assert not loose, loose

    @contextmanager
    def killed_at(self, method, path, action):
        """Inside, the process that makes the call is killed while it waits."""
        sandbox = self.world.sandbox
        fault = sandbox.fault(
            method=method, path=path, action=action, seconds=HOLD_SECONDS
        )
        yield

        self.world.wait_until_held(fault, self.let_time_pass)
        self.world.servers.kill_caller(sandbox.held(fault))
