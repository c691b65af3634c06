"""All state in one SQLite file, so that what was accepted survives a killed process."""

import json
import sqlite3
import threading
import zlib
from contextlib import contextmanager

SCHEMA = """
CREATE TABLE settings (
    space TEXT, key TEXT, value TEXT NOT NULL, PRIMARY KEY (space, key));
CREATE TABLE challenges (id TEXT PRIMARY KEY, created REAL, used INTEGER DEFAULT 0);
CREATE TABLE certificates (
    id TEXT PRIMARY KEY, subject_type TEXT, subject TEXT, name TEXT, usage TEXT,
    status TEXT, der BLOB, fingerprint TEXT, key_id TEXT, valid_from TEXT,
    valid_to TEXT, requested TEXT, used TEXT);
CREATE INDEX certificate_print ON certificates (fingerprint);
CREATE TABLE grants (
    id TEXT PRIMARY KEY, kind TEXT, granted_in TEXT, context_type TEXT, context TEXT,
    subject_type TEXT, subject TEXT, permission TEXT, can_delegate INTEGER,
    author_type TEXT, author TEXT, description TEXT, details TEXT, name TEXT,
    started TEXT);
CREATE INDEX grant_subject ON grants (subject, kind);
CREATE INDEX grant_context ON grants (context);
CREATE TABLE operations (
    id TEXT PRIMARY KEY, context TEXT, subject TEXT, created TEXT, code INTEGER,
    request TEXT, polls INTEGER DEFAULT 0);
CREATE INDEX operation_code ON operations (code);
CREATE TABLE collectives (
    id TEXT PRIMARY KEY, context_type TEXT, context TEXT, seller TEXT, created TEXT,
    count INTEGER);
CREATE INDEX collective_seller ON collectives (seller);
CREATE TABLE collective_invoices (
    collective_id TEXT, invoice_id TEXT, amount REAL, currency TEXT, description TEXT,
    PRIMARY KEY (collective_id, invoice_id));
CREATE INDEX collective_invoice ON collective_invoices (invoice_id);
CREATE TABLE logins (
    id TEXT PRIMARY KEY, created TEXT, method TEXT, context_type TEXT, context TEXT,
    subject_type TEXT, subject TEXT, token_id TEXT, serial TEXT, certificate BLOB,
    code INTEGER, detail TEXT, polls INTEGER DEFAULT 0, redeemed INTEGER DEFAULT 0,
    revoked INTEGER DEFAULT 0, refreshed TEXT, refresh_until TEXT, policy TEXT,
    document_hash TEXT);
CREATE TABLE tokens (
    id TEXT PRIMARY KEY, secret TEXT, context_type TEXT, context TEXT,
    author_type TEXT, author TEXT, description TEXT, permissions TEXT, created TEXT,
    used TEXT, revoked INTEGER DEFAULT 0, polls INTEGER DEFAULT 0);
CREATE TABLE sessions (
    id TEXT PRIMARY KEY, kind TEXT, context_type TEXT, context TEXT, login_id TEXT,
    subject TEXT, created TEXT, updated TEXT, closed TEXT, valid_until TEXT,
    form TEXT, key BLOB, iv BLOB, offline INTEGER DEFAULT 0, code INTEGER,
    details TEXT, polls INTEGER DEFAULT 0, package TEXT, ordered INTEGER,
    checks_identifiers INTEGER DEFAULT 0);
CREATE INDEX session_context ON sessions (context);
CREATE TABLE parts (
    session_id TEXT, ordinal INTEGER, size INTEGER, hash TEXT, content BLOB,
    PRIMARY KEY (session_id, ordinal));
CREATE TABLE documents (
    id TEXT PRIMARY KEY, session_id TEXT, context TEXT, ordinal INTEGER, hash TEXT,
    file_name TEXT, sent TEXT, offline INTEGER, corrects TEXT, code INTEGER,
    details TEXT, extensions TEXT, number TEXT, ksef_number TEXT, mode TEXT,
    polls INTEGER DEFAULT 0);
CREATE INDEX document_session ON documents (session_id, ordinal);
CREATE INDEX document_hash ON documents (context, hash);
CREATE INDEX document_correction ON documents (context, corrects);
CREATE TABLE invoices (
    id TEXT PRIMARY KEY, session_id TEXT, document_id TEXT, seller TEXT, type TEXT,
    number TEXT, issued TEXT, invoicing TEXT, acquired TEXT, stored TEXT, visible TEXT,
    mode TEXT, hash TEXT, gross REAL, net REAL, vat REAL, metadata TEXT, xml BLOB,
    UNIQUE (seller, type, number));
CREATE INDEX invoice_stored ON invoices (stored);
CREATE INDEX invoice_visible ON invoices (visible);
CREATE TABLE parties (
    invoice_id TEXT, role TEXT, nip TEXT, PRIMARY KEY (nip, role, invoice_id));
CREATE TABLE upos (
    id TEXT PRIMARY KEY, session_id TEXT, document_id TEXT UNIQUE, page INTEGER,
    xml BLOB);
CREATE INDEX upo_session ON upos (session_id);
CREATE TABLE exports (
    id TEXT PRIMARY KEY, context TEXT, subject TEXT, created TEXT, code INTEGER,
    polls INTEGER DEFAULT 0, package TEXT);
CREATE TABLE export_parts (
    export_id TEXT, ordinal INTEGER, content BLOB, PRIMARY KEY (export_id, ordinal));
CREATE TABLE enrolments (
    id TEXT PRIMARY KEY, subject TEXT, created TEXT, code INTEGER, detail TEXT,
    serial TEXT, polls INTEGER DEFAULT 0);
CREATE TABLE companies (nip TEXT PRIMARY KEY, data TEXT);
"""
# Changes with the tables: an older file of the same folder is made anew.
VERSION = zlib.crc32(SCHEMA.encode()) & 0x7FFFFFFF


class Store:
    """One connection, one writer at a time: requests are short."""

    def __init__(self, path):
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        # A killed process loses nothing with this; only a power cut could.
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = OFF")
        if self.row("PRAGMA user_version")[0] != VERSION:
            self._create()

    def _create(self):
        """Make the tables; those of another version lose all but the server's keys."""
        keys = []
        if self.row("SELECT 1 FROM sqlite_master WHERE name = 'settings'"):
            keys = self.rows("SELECT * FROM settings WHERE space = 'keys'")
        drops = "".join(f"DROP TABLE {name};" for name in self._tables())
        self._db.executescript(
            f"BEGIN; {drops} {SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;"
        )
        for row in keys:
            self.add("settings", **dict(row))

    def _tables(self):
        found = self.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
        return [row["name"] for row in found]

    @contextmanager
    def transaction(self):
        """Everything inside happens, or nothing."""
        with self._lock:
            if self._db.in_transaction:
                yield self
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def run(self, sql, *values):
        """Execute a statement; returns the cursor."""
        with self._lock:
            return self._db.execute(sql, values)

    def rows(self, sql, *values):
        """All rows of a query."""
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def row(self, sql, *values):
        """The first row of a query, or None."""
        with self._lock:
            return self._db.execute(sql, values).fetchone()

    def get(self, table, key):
        """The row with this `id`, or None."""
        return self.row(f"SELECT * FROM {table} WHERE id = ?", key)

    def add(self, table, **values):
        """Insert a row."""
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        self.run(f"INSERT INTO {table} ({names}) VALUES ({marks})", *values.values())

    def change(self, table, key, **values):
        """Update the row with this `id`."""
        names = ", ".join(f"{name} = ?" for name in values)
        self.run(f"UPDATE {table} SET {names} WHERE id = ?", *values.values(), key)

    def setting(self, space, key, default=None):
        """A stored JSON value."""
        found = self.row(
            "SELECT value FROM settings WHERE space = ? AND key = ?", space, key
        )
        return json.loads(found["value"]) if found else default

    def set_setting(self, space, key, value):
        """Store a JSON value; None removes it."""
        self.run("DELETE FROM settings WHERE space = ? AND key = ?", space, key)
        if value is not None:
            self.add("settings", space=space, key=key, value=json.dumps(value))

    def reset(self):
        """Forget everything but the server's own keys."""
        with self.transaction():
            for table in self._tables():
                kept = " WHERE space != 'keys'" if table == "settings" else ""
                self.run(f"DELETE FROM {table}{kept}")

    def close(self):
        """Close the file."""
        with self._lock:
            self._db.close()
