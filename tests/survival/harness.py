"""Several Odoo processes, one PostgreSQL database, one KSeF; and ways to hurt them."""

import base64
import json
import os
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import requests

from tools import database, paths, postgres
from tools.command import environment

SCRIPT = Path(__file__).with_name("clerk.py")
PATIENCE = 60
# How far "time passes" at each look. Longer than any pause that the add-on makes.
A_WHILE = "11 minutes"
HOLD_SECONDS = 8
CRONS = ("ir_cron_send", "ir_cron_authorise")


class Sandbox:
    """The local KSeF and its control port."""

    def __init__(self, log):
        self.folder = tempfile.TemporaryDirectory(prefix="ksef-survival-")
        self.ready_file = Path(self.folder.name) / "ready.json"
        command = [paths.PYTHON, "-m", "sandbox", "--ready", self.ready_file]
        self.process = subprocess.Popen(
            [str(word) for word in [*command, "--exit-with-parent"]],
            cwd=paths.ROOT,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        wait_until(self._is_ready, "the local KSeF")
        self.addresses = json.loads(self.ready_file.read_text())

    def _is_ready(self):
        return self.ready_file.exists() and self.ready_file.stat().st_size

    def control(self, method, path, body=None):
        """Give an order and return its answer."""
        url = self.addresses["control_url"] + path
        answer = requests.request(method, url, json=body, timeout=30)
        assert answer.ok, answer.text
        return answer.json()

    def fault(self, **words):
        """Order a misbehaviour; returns its id."""
        return self.control("POST", "/faults", words)["id"]

    def hits(self, fault):
        """How often a misbehaviour was met."""
        faults = self.control("GET", "/faults")["faults"]
        return next(order["hits"] for order in faults if order["id"] == fault)

    def use_number_of(self, file):
        """Somebody issues another invoice of the same number; returns its KSeF number.

        :param file: FA(3) in base64
        """
        xml = base64.b64decode(file).decode().replace("Usługa", "Inna usługa")
        order = {"xml_b64": base64.b64encode(xml.encode()).decode()}
        return self.control("POST", "/invoices", order)["ksef_number"]

    def ledger(self):
        """The invoices that KSeF holds."""
        return self.control("GET", "/ledger")["invoices"]

    def stop(self):
        self.process.kill()
        self.process.wait(10)
        self.folder.cleanup()


class Clerk:
    """A process of Odoo that takes orders (`clerk.py`)."""

    def __init__(self, name, log):
        words = [paths.PYTHON, SCRIPT, paths.ODOO_CONF, name]
        self.process = subprocess.Popen(
            [str(word) for word in words],
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        self._answer()

    def __call__(self, do, **words):
        """Give an order and wait for its result.

        :raises RuntimeError: what Odoo said instead
        """
        self.begin(do, **words)
        return self._answer()

    def begin(self, do, **words):
        """Give an order; `end` waits for its result."""
        self.process.stdin.write(json.dumps({"do": do, **words}) + "\n")
        self.process.stdin.flush()

    def end(self, tolerant=False):
        """The result of what was begun.

        :param tolerant: it may fail, as when another does the same at once
        """
        try:
            return self._answer()
        except RuntimeError as error:
            if not tolerant:
                raise
            return str(error)

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the clerk is gone; see the log")
        said = json.loads(line)
        if "error" in said:
            raise RuntimeError(said["error"])
        return said["ok"]

    def stop(self):
        self.process.kill()
        self.process.wait(10)


class Servers:
    """Odoo servers that do nothing but run crons, as many hosts would."""

    def __init__(self, name, count, log):
        self.name, self.log = name, log
        self.processes = [self._start() for _number in range(count)]

    def _start(self, workers=0):
        command = database.odoo_command(
            self.name, "--no-http", "--max-cron-threads=1", f"--workers={workers}"
        )
        return subprocess.Popen(
            command,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )

    @contextmanager
    def one_with_workers(self):
        """Inside, one server of several processes works, as production's do: it looks
        after its own.
        """
        count = len(self.processes)
        self.stop()
        self.processes = [self._start(workers=1)]
        yield
        self.processes[0].terminate()
        self.processes[0].wait(30)
        self.processes = [self._start() for _number in range(count)]

    def kill_worker(self):
        """kill -9 the process that talks to KSeF now; another one is started.

        Whoever sends holds an advisory lock, and Odoo tells PostgreSQL its process id.
        """
        names = postgres.sql(
            "SELECT DISTINCT application_name FROM pg_stat_activity "
            "JOIN pg_locks USING (pid) "
            f"WHERE locktype = 'advisory' AND datname = '{self.name}'"
        )
        pids = {int(name.rpartition("-")[2]) for name in names}
        hit = [one for one in self.processes if one.pid in pids]
        for process in hit:
            self._replace(process)
        return len(hit)

    def kill_all(self):
        """kill -9 every server; as many new ones are started."""
        for process in list(self.processes):
            self._replace(process)

    def _replace(self, process):
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        self.processes.remove(process)
        self.processes.append(self._start())

    def stop(self):
        for process in self.processes:
            process.kill()
            process.wait(10)


class World:
    """Everything that a scenario needs; see `world` below."""

    def __init__(self, name, log, servers):
        self.name, self.log = name, log
        self.sandbox = Sandbox(log)
        self.clerk = Clerk(name, log)
        self._pool = []
        self.calm()
        self._prepare()
        self.servers = Servers(name, servers, log)
        self._others = []

    def another_clerk(self):
        """One more clerk; the same at each call."""
        self._others = self._others or [Clerk(self.name, self.log)]
        return self._others[0]

    def _prepare(self):
        certificate = self.sandbox.control(
            "POST",
            "/certificates",
            {"nip": "5265877635", "usage": "authentication", "password": "haslo-1234"},
        )
        addresses = self.sandbox.addresses
        connected = self.clerk(
            "prepare",
            api_url=addresses["api_url"],
            qr_url=addresses["qr_url"],
            certificate=certificate,
        )
        assert connected["state"] == "connected", connected["told"]
        self.sql("UPDATE ir_cron SET active = false")
        self.clerk("parameter", name="l10n_pl_ksef.send_many_above", value="3")

    def sql(self, statement):
        """Run a statement on the database; returns the lines of its answer."""
        return postgres.sql(statement, self.name)

    def invoices(self, count):
        """Ids of invoices that are validated and not in KSeF."""
        if len(self._pool) < count:
            self._pool += self.clerk("invoices", count=max(count, 40))
        taken, self._pool = self._pool[:count], self._pool[count:]
        return taken

    def calm(self):
        """No faults, the right time, the usual knobs."""
        self.sandbox.control("DELETE", "/faults")
        self.sandbox.control("POST", "/clock", {"offset": 0})
        # Hours pass here in seconds, which no limit by the minute stands.
        knobs = {"polls_before_ready": 1, "rate_limits": "off"}
        self.sandbox.control("POST", "/knobs", knobs)

    def let_time_pass(self):
        """Whatever waits for a time is due, and every server is woken."""
        self.pass_time()
        # Our own count of calls; the local KSeF keeps the real one.
        self.sql("UPDATE l10n_pl_ksef_call SET moment = moment - 660")
        self.wake()

    def pass_time(self):
        """Whatever waits for a time is due."""
        for table, column in (
            ("document", "retry_at"),
            ("session", "retry_at"),
            ("connection", "next_call_at"),
            ("connection", "retry_at"),
        ):
            self.sql(
                f"UPDATE l10n_pl_ksef_{table} "
                f"SET {column} = {column} - interval '{A_WHILE}' "
                f"WHERE {column} > now() at time zone 'UTC'"
            )

    def wake(self):
        """Let the crons be due now."""
        names = ", ".join(f"'{name}'" for name in CRONS)
        # The row of a cron that runs is locked: that one is awake.
        self.sql(
            "UPDATE ir_cron SET active = true, failure_count = 0, "
            "nextcall = now() at time zone 'UTC' WHERE id IN (SELECT cron.id "
            "FROM ir_cron cron JOIN ir_model_data data ON data.res_id = cron.id "
            "WHERE data.model = 'ir.cron' AND data.module = 'l10n_pl_ksef' "
            f"AND data.name IN ({names}) FOR UPDATE OF cron SKIP LOCKED)"
        )
        postgres.sql(f"NOTIFY cron_trigger, '{self.name}'")

    def states(self, ids):
        """{invoice number: (state, KSeF number)} as Odoo knows them."""
        chosen = ", ".join(map(str, ids))
        rows = self.sql(
            "SELECT name, l10n_pl_ksef_state, l10n_pl_ksef_number FROM account_move "
            f"WHERE id IN ({chosen})"
        )
        return {
            name: (state, number)
            for name, state, number in (row.split("|") for row in rows)
        }

    def told(self, move):
        """The reason that Odoo gives for the state of an invoice."""
        return "\n".join(
            self.sql(
                "SELECT status_message FROM l10n_pl_ksef_document "
                f"WHERE move_id = {move} ORDER BY id DESC LIMIT 1"
            )
        )

    def settle(self, ids, wanted=("accepted",)):
        """Let time pass until every invoice has one of the wanted states."""

        def done():
            self.let_time_pass()
            time.sleep(0.4)
            return all(state in wanted for state, _n in self.states(ids).values())

        wait_until(done, "the end of all sendings", lambda: self.states(ids))

    def is_done(self, ids):
        """Whether every invoice has its KSeF number and its UPO."""
        chosen = ", ".join(map(str, ids))
        (count,) = self.sql(
            "SELECT count(*) FROM l10n_pl_ksef_document document "
            "JOIN ir_attachment upo ON upo.res_id = document.id "
            "AND upo.res_model = 'l10n_pl_ksef.document' "
            "AND upo.res_field = 'upo_file' WHERE document.state = 'accepted' "
            f"AND document.move_id IN ({chosen})"
        )
        return int(count) == len(ids)

    def check(self, ids):
        """Every invoice has one KSeF number in the ledger, and Odoo knows it."""
        ledger = {}
        for entry in self.sandbox.ledger():
            ledger.setdefault(entry["invoice_number"], []).append(entry["ksef_number"])
        for name, (state, number) in self.states(ids).items():
            assert state == "accepted", (name, state)
            assert ledger.get(name) == [number], (name, number, ledger.get(name))

    @contextmanager
    def killed_at(self, method, path, action):
        """Inside, the process that makes the call is killed while it waits for the
        answer.

        :param action: `hold_before` (the call came to nothing) or `hold_after` (KSeF
            has carried it out)
        """
        fault = self.sandbox.fault(
            method=method, path=path, action=action, seconds=HOLD_SECONDS
        )
        yield

        def hit():
            self.let_time_pass()
            time.sleep(0.1)
            return self.sandbox.hits(fault)

        wait_until(hit, f"{method} {path}")
        killed = self.servers.kill_worker()
        assert killed == 1, f"{killed} processes were killed"

    def restart_postgresql(self):
        """Everybody is thrown out in the middle of what they do.

        A server without workers whose cron thread looks for PostgreSQL just then loses
        that thread; the harness starts it anew, as an administrator does.
        """
        self.throw_everybody_out()
        self.servers.kill_all()

    def throw_everybody_out(self):
        """PostgreSQL is restarted; nobody looks after the servers."""
        postgres.stop()
        postgres.start()

    def stop(self):
        self.servers.stop()
        for clerk in (self.clerk, *self._others):
            clerk.stop()
        self.sandbox.stop()


def wait_until(look, what, explain=lambda: "", seconds=PATIENCE):
    """Look until there is something to see.

    :raises AssertionError: nothing within the time
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if look():
            return
        time.sleep(0.05)
    raise AssertionError(f"{what}: not within {seconds} s {explain()}")


@contextmanager
def world(template, servers=2):
    """A world on a fresh copy of the template database; gone at the end.

    :param servers: how many Odoo servers run the crons
    """
    log_file = paths.LOG / f"survival-{os.getpid()}.log"
    with database.scratch(template) as name, log_file.open("w") as log:
        database.install(name, "survival-install")
        made = World(name, log, servers)
        try:
            yield made
        finally:
            made.stop()
