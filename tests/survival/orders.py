"""Certificates that are ordered and replaced, in a world of `harness`."""

import time
from contextlib import contextmanager

from harness import A_WHILE, HOLD_SECONDS, SLEEPING

NIP = "5265877635"
CRONS = ("ir_cron_enrol",)


class Orders:
    """The company's certificates in Odoo, beside those in KSeF."""

    def __init__(self, world):
        self.world = world

    def place(self, kind):
        """Have the next certificate of a type ordered; returns the id of the order."""
        return self.world.clerk("order_certificate", kind=kind)

    def wake(self):
        """Let the cron of certificates be due now."""
        self.world.wake(CRONS)

    def let_time_pass(self):
        """Whatever waits for a time is due, and every server is woken."""
        self.world.bring_forward("enrolment", "retry_at", "ir_cron_enrol")
        # An answer that was lost can come no more.
        self.world.sql(
            f"WITH idle AS ({SLEEPING.format('ir_cron_enrol')}) "
            "UPDATE l10n_pl_ksef_enrolment "
            f"SET asked_at = asked_at - interval '{A_WHILE}' WHERE id IN (SELECT id "
            "FROM l10n_pl_ksef_enrolment WHERE state = 'ordering' "
            "AND asked_at IS NOT NULL FOR UPDATE SKIP LOCKED) "
            "AND EXISTS (SELECT FROM idle)"
        )
        self.world.let_time_pass()
        self.wake()

    @contextmanager
    def killed_at(self, method, path, action):
        """Inside, the process that makes the call is killed while it waits."""
        sandbox = self.world.sandbox
        fault = sandbox.fault(
            method=method, path=path, action=action, seconds=HOLD_SECONDS
        )
        yield

        self.world.wait_until_held(fault, self.let_time_pass)
        self.check_something_works()
        self.world.servers.kill_caller(sandbox.held(fault))

    def check_something_works(self):
        """At each step one connection is active, with a certificate that is valid."""
        rows = self.world.sql(
            "SELECT certificate.serial FROM l10n_pl_ksef_connection connection "
            "JOIN l10n_pl_ksef_certificate certificate "
            "ON certificate.id = connection.certificate_id "
            "WHERE connection.active AND certificate.state = 'valid'"
        )
        ((serial,),) = rows
        assert serial in self.in_ksef("Active")

    def settle(self, order):
        """Let time pass until the order is in use."""

        def done():
            self.let_time_pass()
            time.sleep(0.4)
            return self.state(order) == "done"

        self.world.wait_until(done, "the certificate", self.books)

    def state(self, order):
        ((state,),) = self.world.sql(
            f"SELECT state FROM l10n_pl_ksef_enrolment WHERE id = {order}"
        )
        assert state != "failed", self.books()
        return state

    def books(self):
        """What moves while certificates are ordered."""
        return self.world.sql(
            "SELECT id, state, fail_count, status_message FROM l10n_pl_ksef_enrolment "
            "ORDER BY id"
        )

    def revoke_replaced(self, order):
        """A week passes: the old one is to be revoked now."""
        self.world.sql(
            "UPDATE l10n_pl_ksef_enrolment SET revoke_at = now() at time zone 'UTC' "
            f"WHERE id = {order} AND revoke_at IS NOT NULL"
        )

    def settle_revocation(self, order):
        """Let time pass until KSeF has revoked what the order replaced."""

        def done():
            self.let_time_pass()
            time.sleep(0.4)
            ((state,),) = self.world.sql(
                "SELECT old.state FROM l10n_pl_ksef_enrolment enrolment "
                "JOIN l10n_pl_ksef_certificate old "
                "ON old.id = enrolment.replaces_id "
                f"WHERE enrolment.id = {order}"
            )
            return state == "revoked"

        self.world.wait_until(done, "the revocation", self.books)

    def in_ksef(self, status):
        """Serial numbers of the company's certificates in KSeF."""
        rows = self.world.sandbox.control("GET", "/certificates")["certificates"]
        return {
            row["serial"]
            for row in rows
            if row["subject"] == NIP and row["status"] == status
        }

    def of(self, order):
        """(serial, serial of the one before, key still in the order) of an order."""
        ((new, old, key),) = self.world.sql(
            "SELECT new.serial, old.serial, enrolment.key_sealed "
            "FROM l10n_pl_ksef_enrolment enrolment "
            "JOIN l10n_pl_ksef_certificate new ON new.id = enrolment.certificate_id "
            "LEFT JOIN l10n_pl_ksef_certificate old ON old.id = enrolment.replaces_id "
            f"WHERE enrolment.id = {order}"
        )
        return new, old, key

    def check(self, order, before):
        """One certificate more in KSeF, which Odoo has with its key and uses.

        :param before: `in_ksef("Active")` before it was ordered
        """
        new, old, key = self.of(order)
        assert self.in_ksef("Active") - before == {new}
        assert old is None or old in self.in_ksef("Active")
        assert key is None
        self.check_something_works()
