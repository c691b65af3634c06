"""The processes of a world: a local KSeF, Odoo for people, Odoo for crons."""

import base64
import json
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import psutil
import requests

from tools import database, paths, postgres
from tools.command import environment

CLERK = Path(__file__).with_name("clerk.py")
HOST = Path(__file__).with_name("host.py")
CONTROL_SECONDS = 300  # for an answer of the local KSeF on its control port


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
        while not (self.ready_file.exists() and self.ready_file.stat().st_size):
            assert self.process.poll() is None, "the local KSeF ended; see the log"
            time.sleep(0.05)
        self.addresses = json.loads(self.ready_file.read_text())

    def control(self, method, path, body=None):
        """Give an order and return its answer."""
        url = self.addresses["control_url"] + path
        answer = requests.request(method, url, json=body, timeout=CONTROL_SECONDS)
        assert answer.ok, answer.text
        return answer.json()

    def fault(self, **words):
        """Order a misbehaviour; returns its id."""
        return self.control("POST", "/faults", words)["id"]

    def hits(self, fault):
        """How often a misbehaviour was met."""
        return self._order(fault)["hits"]

    def held(self, fault):
        """The port of the caller whose call is held now, or None."""
        return self._order(fault)["held"]

    def _order(self, fault):
        faults = self.control("GET", "/faults")["faults"]
        return next(order for order in faults if order["id"] == fault)

    def calls(self):
        """How many calls were answered."""
        return self.control("GET", "/calls")["total"]

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
        self.process.wait()
        self.folder.cleanup()


def odoo_options(name):
    """The name of a database, and what lets Odoo find it."""
    return [name, "-c", paths.ODOO_CONF, "--db_host", postgres.socket_folder()]


class Clerk:
    """A process of Odoo that takes orders (`clerk.py`)."""

    def __init__(self, name, log):
        words = [paths.PYTHON, CLERK, *odoo_options(name)]
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
        self.process.wait()


class Servers:
    """Odoo servers that do nothing but run crons, as many hosts would.

    A host that has loaded everything forks them: one that was killed is replaced at
    once.
    """

    def __init__(self, name, count, log):
        self.name, self.log = name, log
        words = [paths.PYTHON, HOST, *odoo_options(name)]
        self.host = subprocess.Popen(
            [str(word) for word in [*words, "--no-http", "--max-cron-threads=1"]],
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        self.processes = [self._start() for _number in range(count)]

    def _start(self):
        self.host.stdin.write("start\n")
        self.host.stdin.flush()
        answer = self.host.stdout.readline()
        assert answer, "the host of the servers is gone; see the log"
        return psutil.Process(int(answer))

    @contextmanager
    def one_with_workers(self):
        """Inside, one server of several processes works, as production's do: it looks
        after its own.
        """
        command = database.odoo_command(
            self.name, "--no-http", "--max-cron-threads=1", "--workers=1"
        )
        count = len(self.processes)
        kill(self.processes)
        server = psutil.Popen(
            command,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )
        self.processes = [server]
        yield
        kill([*server.children(recursive=True), server])
        server.wait()
        self.processes = [self._start() for _number in range(count)]

    def kill_caller(self, port):
        """kill -9 the process that talks to KSeF from `port`; another is started."""
        (caller,) = [one for one in self.processes if port in ports(one)]
        self._replace([caller])

    def kill_senders(self):
        """kill -9 whoever sends or fetches now; as many are started.

        They hold an advisory lock, and Odoo tells PostgreSQL its process id.
        """
        names = postgres.sql(
            "SELECT DISTINCT application_name FROM pg_stat_activity "
            "JOIN pg_locks USING (pid) "
            f"WHERE locktype = 'advisory' AND datname = '{self.name}'"
        )
        pids = {int(name.rpartition("-")[2]) for name in names}
        self._replace([one for one in self.processes if one.pid in pids])

    def kill_all(self):
        """kill -9 every server; as many new ones are started."""
        self._replace(self.processes)

    def _replace(self, processes):
        kill(processes)
        self.processes = [one for one in self.processes if one not in processes]
        self.processes += [self._start() for _one in processes]

    def stop(self):
        self.host.stdin.close()  # it takes its servers with it
        self.host.wait()


def kill(processes):
    """kill -9 processes, and see them gone."""
    for process in processes:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(processes)


def ports(process):
    """The local TCP ports of a process."""
    try:
        return {one.laddr.port for one in process.connections("tcp") if one.laddr}
    except psutil.NoSuchProcess:
        return set()
