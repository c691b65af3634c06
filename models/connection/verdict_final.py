"""KSeF's last words: the closed tables of what ends an attempt for good.

Whatever is not in them, be it an answer of KSeF, of a machine in front of it, or a
fault of this server, passes: it is asked again, less and less often.
"""

from datetime import timedelta

# Codes in an answer 400, by what was asked. Sources: *sesja-interaktywna.md*,
# *uwierzytelnianie.md*, *pobieranie-faktur.md* and KSeF's OpenAPI document.
FINAL_CODES = {
    # POST /sessions/online/{ref}/invoices
    "invoice": frozenset(
        {
            21166,  # a technical correction of this invoice was accepted
        }
    ),
    # POST /auth/xades-signature, /auth/ksef-token
    "login": frozenset(
        {
            9101,  # no document that can be read
            9102,  # no signature
            9103,  # too many signatures
            9105,  # a signature that is not valid
            21115,  # a certificate that is not valid
            21117,  # this identifier cannot log in to such a context
            21308,  # the owner is dead
            21401,  # not the schema of AuthTokenRequest
            21406,  # signed by another method than the one named
        }
    ),
    # GET /certificates/enrollments/data, POST /certificates/enrollments
    "enrolment": frozenset(
        {
            21405,  # a name that KSeF does not take
            25001,  # a login that may not ask who it is
            25002,  # a login that may not order
            25003,  # not the data of whoever is logged in
            25004,  # no request that can be read
            25006,  # no orders left
            25007,  # no certificates left
            25010,  # a key that KSeF does not take
            25011,  # an algorithm that KSeF does not take
        }
    ),
    # POST /collective-identifiers
    "identifier": frozenset(
        {
            21405,  # an amount or a number of invoices that KSeF does not take
            71001,  # no such invoice
            71002,  # an invoice stands in too many of them
            71004,  # invoices of several sellers
            71005,  # one invoice twice
        }
    ),
    # POST /invoices/query/metadata, /invoices/exports: of a period that people chose
    "fetch": frozenset(
        {
            21181,  # not to be exported in this role
            21405,  # the period or the role is not valid
        }
    ),
}
# States in which KSeF itself has ended the work: *InvoiceStatusInfo*, and GET
# /auth/{referenceNumber}.
FINAL_INVOICE_STATES = frozenset({410, 415, 430, 440, 450})
FINAL_LOGIN_STATES = frozenset({415, 425, 450, 460, 470, 480})
# Reasons of `CertificateError` that the next hour does not change.
PASSING_CERTIFICATE_FAULTS = frozenset({"not_yet_valid"})

# States of an invoice, an order or an operation that KSeF ended for a trouble of its
# own: the same may be asked for again.
SYSTEM_CANCELLED = (500, 550)

# What KSeF has not after this long, it did not take: an answer is that late at most.
SETTLED_AFTER = timedelta(minutes=2)
FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=6)


def growing_pause(times, first=FIRST_PAUSE, longest=LONGEST_PAUSE):
    """Return the pause (timedelta) after the ``times``-th failure in a row (from 0)."""
    return min(first * 2 ** min(times, 20), longest)
