"""What people are told by e-mail: the one table of types.

``docs/notifications.md`` says how to add one.
"""

from dataclasses import dataclass
from datetime import timedelta

AT_ONCE = timedelta(0)
SOON = timedelta(minutes=5)
AN_HOUR = timedelta(hours=1)
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class NoticeType:
    """One type of notice.

    ``label`` stands beside the user's checkbox. ``gather`` is how long events of one
    company are gathered, from the first one, into one e-mail: many become a digest.
    The accounting administrators of the company receive it; with ``to_responsible``,
    the person responsible for the invoice as well, without ``to_administrators`` that
    person alone. The e-mail's text is the template ``l10n_pl_ksef.mail_<type>``.
    """

    label: str
    gather: timedelta = AT_ONCE
    to_responsible: bool = False
    to_administrators: bool = True


TYPES = {
    "certificate_refused": NoticeType("Certificate added incorrectly"),
    "certificate_accepted": NoticeType("Certificate accepted"),
    "certificate_expires": NoticeType("Certificate expires soon, expired or revoked"),
    "certificate_to_renew": NoticeType("Certificate of a person to be renewed"),
    "certificate_not_made": NoticeType("Certificate not made by KSeF"),
    "certificate_exported": NoticeType("Certificate exported with its key"),
    "certificate_way": NoticeType("How to get KSeF certificates"),
    "authorisation_due": NoticeType("Connection needs to be authorised again"),
    "connection_lost": NoticeType("Connection with KSeF lost"),
    "connection_restored": NoticeType("Connection with KSeF restored"),
    "held_up": NoticeType("Work with KSeF is held up", SOON),
    "permission_missing": NoticeType("Permission in KSeF is missing"),
    "invoice_rejected": NoticeType("Invoice rejected by KSeF", SOON, True),
    "invoice_incomplete": NoticeType("Invoice to complete before KSeF", SOON, True),
    "invoice_waits": NoticeType("Invoice waits too long to be sent", SOON, True),
    "offline_deadline": NoticeType("Offline invoice near its deadline", SOON, True),
    "bills_new": NoticeType("New bills fetched from KSeF", AN_HOUR),
    "bills_mine": NoticeType("Bills that I am responsible for", A_DAY, True, False),
    "bill_error": NoticeType("Bill from KSeF could not be imported", SOON),
    "system_warning": NoticeType("KSeF warns of a change", AN_HOUR),
    "ksef_unavailable": NoticeType("KSeF is unavailable"),
    "ksef_back": NoticeType("KSeF is available again"),
    "upo_ready": NoticeType("UPO is ready", AN_HOUR, True),
}
LABELS = [(code, kind.label) for code, kind in TYPES.items()]
