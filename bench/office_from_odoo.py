"""An office: 200 companies with 50 waiting invoices each, in Odoo's shell.

The page *KSeF: Companies*, the crons that renew logins and certificates, and how fairly
companies wait for their turn. Runs on the demo database; nothing is stored, and KSeF is
not called: in its place an invoice takes one tick of a clock.
"""

import random
import time

from odoo import fields

from odoo.addons.l10n_pl_ksef.bench.goals import told

COMPANIES, WAITING = 200, 50
# So many invoices go out in one run of the cron, which Odoo ends after a while.
IN_A_RUN = 2_500

env = env(su=True)  # noqa: F821
POSTED = [("move_type", "=", "out_invoice"), ("state", "=", "posted")]


def nip(number):
    """A NIP with a right control digit, the same for the same number."""
    generator = random.Random(number)
    while True:
        digits = [generator.randint(1, 9) for _ in range(9)]
        weighed = zip(digits, (6, 5, 7, 2, 3, 4, 5, 6, 7), strict=True)
        control = sum(digit * weight for digit, weight in weighed) % 11
        if control < 10:
            return "".join(map(str, [*digits, control]))


def copies_of_a_company():
    """Companies and their contacts, row by row: Odoo takes a second for each."""
    original = env["account.move"].search(POSTED, limit=1).company_id
    numbers = range(COMPANIES)
    env.cr.execute(
        """
        WITH client AS (
            SELECT nextval('res_partner_id_seq') AS partner_id, number, vat,
                   nextval('res_company_id_seq') AS id
              FROM unnest(%s, %s) AS told (number, vat)),
        partner AS (
            INSERT INTO res_partner
            SELECT (jsonb_populate_record(old, jsonb_build_object(
                       'id', client.partner_id, 'vat', client.vat, 'company_id', NULL,
                       'commercial_partner_id', client.partner_id,
                       'name', 'Klient ' || number))).*
              FROM client, res_partner old WHERE old.id = %s RETURNING id)
        INSERT INTO res_company
        SELECT (jsonb_populate_record(old, jsonb_build_object(
                   'id', client.id, 'partner_id', client.partner_id,
                   'name', 'Klient ' || number, 'parent_path', client.id || '/',
                   'l10n_pl_ksef_taxpayer_id', client.id))).*
          FROM client, res_company old WHERE old.id = %s RETURNING id
        """,
        [
            list(numbers),
            [f"PL{nip(number)}" for number in numbers],
            original.partner_id.id,
            original.id,
        ],
    )
    made = [row[0] for row in env.cr.fetchall()]
    env.registry.clear_all_caches()
    env.invalidate_all()
    return env["res.company"].browse(made)


def companies():
    """Companies with a connection that works, and documents that wait."""
    made = copies_of_a_company()
    env["l10n_pl_ksef.connection"].create(
        [
            {
                "company_id": company.id,
                "environment": "test",
                "nip": company.vat.removeprefix("PL"),
                "state": "connected",
                "access_valid_until": "2099-01-01",
            }
            for company in made
        ]
    )
    env.user.company_ids |= made
    env.flush_all()
    move = env["account.move"].search(POSTED, limit=1)
    # One invoice after the other, as they come in: of every company in its turn.
    env.cr.execute(
        """
        INSERT INTO account_move
        SELECT (jsonb_populate_record(move, jsonb_build_object(
                   'id', nextval('account_move_id_seq'), 'company_id', company.id,
                   'name', 'B/' || company.id || '/' || number,
                   'sequence_number', number, 'invoice_date', CURRENT_DATE,
                   'sequence_prefix', 'B/' || company.id || '/',
                   'access_token', NULL, 'l10n_pl_ksef_number', NULL,
                   'l10n_pl_ksef_state', 'queued'))).*
          FROM account_move move, generate_series(1, %s) number, res_company company
         WHERE move.id = %s AND company.id = ANY(%s) ORDER BY number, company.id
        """,
        [WAITING, move.id, made.ids],
    )
    env.cr.execute(
        """
        INSERT INTO l10n_pl_ksef_document (move_id, company_id, state, create_date)
        SELECT id, company_id, 'queued', now() FROM account_move
         WHERE company_id = ANY(%s) ORDER BY id
        """,
        [made.ids],
    )
    env.cr.execute("ANALYZE account_move; ANALYZE l10n_pl_ksef_document")
    env.invalidate_all()
    return made


made = companies()
office = env["l10n_pl_ksef.office"]
documents = env["l10n_pl_ksef.document"]
connections = env["l10n_pl_ksef.connection"]
NAMES = ("name", "state", "waiting_count", "person_count", "sales_odoo", "sales_ksef")


def page():
    """(seconds, queries) of what the browser asks for."""
    env.invalidate_all()
    before, began = env.cr.sql_log_count, time.perf_counter()
    found = office.web_search_read(
        [], {**dict.fromkeys(NAMES, {}), "responsible_id": {"fields": {}}}, limit=200
    )
    if found["length"] < COMPANIES:
        raise ValueError(found["length"])
    return time.perf_counter() - began, env.cr.sql_log_count - before


page()
seconds, queries = min(page() for _round in range(5))
print(
    f"BENCH the page of {COMPANIES} companies, {COMPANIES * WAITING} documents "
    f"waiting: {seconds:.2f} s, {queries} queries; of one second {told(seconds, 1)}"
)

env.invalidate_all()
began, before = time.perf_counter(), env.cr.sql_log_count
connections._cron_authorise()
seconds = time.perf_counter() - began
print(
    f"BENCH looking whether {COMPANIES} logins end: {seconds:.2f} s, "
    f"{env.cr.sql_log_count - before} queries; of one second {told(seconds, 1)}"
)


def certificates():
    """Both certificates of every company, which KSeF has just been asked about."""
    quiet = env["l10n_pl_ksef.certificate"].with_context(tracking_disable=True)
    found = quiet.create(
        [
            {
                "name": f"{company.name} {kind}",
                "company_id": company.id,
                "type": kind,
                "state": "valid",
                "fingerprint": f"{kind} {company.id}",
                "valid_from": "2026-01-01",
                "valid_to": "2099-01-01",
            }
            for company in made
            for kind in ("authentication", "offline")
        ]
    )
    login = {one.company_id: one for one in found if one.type == "authentication"}
    for connection in connections.search([("company_id", "in", made.ids)]):
        connection.certificate_id = login[connection.company_id]
    found.checked_at = fields.Datetime.now()
    return found


def measured(function):
    """(seconds, queries) of a function that begins with nothing read."""
    env.flush_all()
    env.invalidate_all()
    before, began = env.cr.sql_log_count, time.perf_counter()
    function()
    env.flush_all()
    return time.perf_counter() - began, env.cr.sql_log_count - before


enrolments, kept = env["l10n_pl_ksef.enrolment"], certificates()
seconds, queries = measured(enrolments._cron_enrol)
print(
    f"BENCH looking whether certificates of {COMPANIES} companies end: "
    f"{seconds:.2f} s, {queries} queries; of one second {told(seconds, 1)}"
)
kept.valid_to = fields.Datetime.add(fields.Datetime.now(), days=59)
seconds, queries = measured(enrolments._order_due)
placed = enrolments.search_count([("company_id", "in", made.ids)])
if placed < 2 * COMPANIES:
    raise ValueError(placed)
print(
    f"BENCH ordering the next {placed} certificates of {COMPANIES} companies in one "
    f"minute: {seconds:.2f} s, {queries} queries; "
    f"of ten seconds {told(seconds / 10, 1)}"
)


class Clock:
    """KSeF, as far as the order of companies is concerned."""

    def __init__(self):
        self.ticks, self.run_ends, self.waits = 0, 0, {}

    def process(self, _model, connection, briefly=False):
        """Accept all that waits of one company."""
        due = documents._due(connection, "queued")
        self.ticks += len(due)
        env.cr.execute(
            "UPDATE l10n_pl_ksef_document SET state = 'accepted' WHERE id = ANY(%s)",
            [due.ids],
        )
        env.invalidate_all()
        if due:
            self.waits[connection.company_id.id] = self.ticks


clock = Clock()
module = __import__(type(documents)._cron_send.__module__, fromlist=["time_is_left"])
real_process, real_time = type(documents)._process, module.time_is_left
type(documents)._process = lambda self, c, briefly=False: clock.process(self, c)
module.time_is_left = lambda _env: clock.ticks < clock.run_ends
began = time.perf_counter()
try:
    while len(clock.waits) < COMPANIES:
        clock.run_ends = clock.ticks + IN_A_RUN
        documents._cron_send()
finally:
    type(documents)._process, module.time_is_left = real_process, real_time
waits = sorted(clock.waits.values())
average = sum(waits) / len(waits)
print(
    f"BENCH {COMPANIES} companies wait for their turn, {WAITING} invoices each: "
    f"{average:.0f} ticks on average, {waits[-1]} at most "
    f"({time.perf_counter() - began:.1f} s): {told(waits[-1] / average, 2)}"
)
env.cr.rollback()
