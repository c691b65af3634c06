"""Several Odoo processes, one PostgreSQL database, one KSeF; and ways to hurt them."""

import os
import time
from contextlib import contextmanager, nullcontext

import psycopg2
from patience import Patience
from processes import Clerk, Sandbox, Servers

from tools import database, paths, postgres

# How far "time passes" at each look. Longer than any pause that the add-on makes.
A_WHILE = "11 minutes"
HOLD_SECONDS = 3600  # until the caller is killed, or the order withdrawn
CRONS = ("ir_cron_send", "ir_cron_authorise")
# The id of a cron, unless it runs: then its row is locked.
SLEEPING = (
    "SELECT cron.id FROM ir_cron cron JOIN ir_model_data data ON data.res_id = cron.id "
    "WHERE data.model = 'ir.cron' AND data.module = 'l10n_pl_ksef' "
    "AND data.name = '{}' FOR UPDATE OF cron SKIP LOCKED"
)


class World:
    """Everything that a scenario needs; see `world` below."""

    def __init__(self, name, log, servers):
        self.name, self.log = name, log
        self._connections = {}
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
        name = "l10n_pl_ksef.test_white_list_url"
        self.clerk("parameter", name=name, value=addresses["white_list_url"])

    def sql(self, statement):
        """Run a statement on the database; returns the rows of its answer."""
        return self._execute(self.name, statement)

    def notify(self):
        """Wake the threads that run crons."""
        self._execute("postgres", f"NOTIFY cron_trigger, '{self.name}'")

    def _execute(self, name, statement):
        connection = self._connections.get(name)
        if not connection or connection.closed:
            connection = psycopg2.connect(
                dbname=name, host=str(postgres.socket_folder()), user=postgres.USER
            )
            connection.autocommit = True
            self._connections[name] = connection
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def _hang_up(self):
        for connection in self._connections.values():
            connection.close()

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
        self.bring_forward("document", "retry_at", "ir_cron_send")
        self.bring_forward("session", "retry_at", "ir_cron_send")
        self.bring_forward("connection", "next_call_at", "ir_cron_authorise")
        self.bring_forward("connection", "retry_at", "ir_cron_authorise")

    def bring_forward(self, table, column, cron):
        """Let times of a table be nearer, unless the cron that writes them runs.

        It would find a row changed by another, and have to begin anew; on a slow
        machine, where time passes more often than it ends, again and again.
        """
        self.sql(
            f"WITH idle AS ({SLEEPING.format(cron)}) UPDATE l10n_pl_ksef_{table} "
            f"SET {column} = {column} - interval '{A_WHILE}' WHERE id IN (SELECT id "
            f"FROM l10n_pl_ksef_{table} WHERE {column} > now() at time zone 'UTC' "
            "FOR UPDATE SKIP LOCKED) AND EXISTS (SELECT FROM idle)"
        )

    def wake(self, crons=CRONS):
        """Let crons be due now."""
        for cron in crons:
            self.sql(
                "UPDATE ir_cron SET active = true, failure_count = 0, "
                "nextcall = now() at time zone 'UTC' "
                f"WHERE id IN ({SLEEPING.format(cron)})"
            )
        self.notify()

    def states(self, ids):
        """{invoice number: (state, KSeF number)} as Odoo knows them."""
        chosen = ", ".join(map(str, ids))
        rows = self.sql(
            "SELECT name, l10n_pl_ksef_state, l10n_pl_ksef_number FROM account_move "
            f"WHERE id IN ({chosen})"
        )
        return {name: (state, number) for name, state, number in rows}

    def told(self, move):
        """The reason that Odoo gives for the state of an invoice."""
        rows = self.sql(
            "SELECT status_message FROM l10n_pl_ksef_document "
            f"WHERE move_id = {move} ORDER BY id DESC LIMIT 1"
        )
        return "\n".join(text for (text,) in rows)

    def settle(self, ids, wanted=("accepted",)):
        """Let time pass until every invoice has one of the wanted states."""

        def done():
            self.let_time_pass()
            time.sleep(0.4)
            return all(state in wanted for state, _n in self.states(ids).values())

        self.wait_until(done, "the end of all sendings", lambda: self.books(ids))

    def books(self, ids):
        """What moves while invoices are sent."""
        chosen = ", ".join(map(str, ids))
        return self.sql(
            "SELECT move_id, id, state, session_id FROM l10n_pl_ksef_document "
            f"WHERE move_id IN ({chosen}) ORDER BY id"
        )

    def queued(self, count):
        """Ids of invoices that wait for the cron."""
        ids = self.invoices(count)
        self.clerk("queue", ids=ids)
        return ids

    def finish(self, ids):
        """Everything goes well from now on; then the books must agree."""
        self.settle(ids)
        self.check(ids)

    def run_crons(self):
        """Let time pass, and the crons do what is due."""
        patience = Patience(self.log.name, lambda: None)
        self.let_time_pass()
        while patience.runs < len(CRONS):
            patience.check("the crons")
            time.sleep(0.05)

    def is_done(self, ids):
        """Whether every invoice has its KSeF number and its UPO."""
        chosen = ", ".join(map(str, ids))
        ((count,),) = self.sql(
            "SELECT count(*) FROM l10n_pl_ksef_document document "
            "JOIN ir_attachment upo ON upo.res_id = document.id "
            "AND upo.res_model = 'l10n_pl_ksef.document' "
            "AND upo.res_field = 'upo_file' WHERE document.state = 'accepted' "
            f"AND document.move_id IN ({chosen})"
        )
        return count == len(ids)

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

        self.wait_until_held(fault, self.let_time_pass)
        self.servers.kill_caller(self.sandbox.held(fault))

    def wait_until_held(self, fault, push):
        """Wait until the call of a fault is made and held.

        :param push: lets the crons do what is next
        """

        def held():
            push()
            time.sleep(0.1)
            return self.sandbox.held(fault)

        self.wait_until(held, f"fault {fault}", self.sandbox.calls)

    def restart_postgresql(self):
        """Everybody is thrown out in the middle of what they do.

        A server without workers whose cron thread looks for PostgreSQL just then loses
        that thread; the harness starts it anew, as an administrator does.
        """
        self.throw_everybody_out()
        self.servers.kill_all()

    def throw_everybody_out(self):
        """PostgreSQL is restarted; nobody looks after the servers."""
        self._hang_up()
        postgres.stop()
        postgres.start()

    def stop(self):
        self.servers.stop()
        for clerk in (self.clerk, *self._others):
            clerk.stop()
        self.sandbox.stop()
        self._hang_up()

    def wait_until(self, look, what, books):
        """Look until there is something to see, as long as something moves.

        :param look: does what has to be done meanwhile, too
        :param books: returns what has to move
        :raises AssertionError: nothing moves any more
        """
        patience = Patience(self.log.name, books)
        while not look():
            patience.check(what)
            time.sleep(0.05)


@contextmanager
def world(template, servers=2, own_postgresql=False):
    """A world on a fresh copy of the template database; gone at the end.

    :param servers: how many Odoo servers run the crons
    :param own_postgresql: whether PostgreSQL will be restarted
    """
    template = database.ensure_addon(template)
    paths.LOG.mkdir(parents=True, exist_ok=True)
    log_file = paths.LOG / f"survival-{os.getpid()}.log"
    cluster = postgres.apart(template) if own_postgresql else nullcontext()
    with cluster, database.scratch(template) as name, log_file.open("w") as log:
        made = World(name, log, servers)
        try:
            yield made
        finally:
            made.stop()
