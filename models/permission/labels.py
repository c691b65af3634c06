"""Names of the rights in KSeF (*uprawnienia*), as people read them."""

from ...ksef_api import permission as ksef

OTHER = "Other"
MANAGE, SEE = "CredentialsManage", "CredentialsRead"
SCOPES = [
    (ksef.INVOICE_WRITE, "Issuing invoices"),
    (ksef.INVOICE_READ, "Reading invoices"),
    (ksef.COLLECTIVE_MANAGE, "Collective identifiers"),
    (MANAGE, "Managing permissions"),
    (SEE, "Seeing permissions"),
    ("Introspection", "History of sessions"),
    ("SubunitManage", "Managing units"),
    ("EnforcementOperations", "Enforcement"),
    ("PefInvoiceWrite", "Issuing PEF invoices"),
    (ksef.SELF_INVOICING, "Self-billing"),
    (ksef.RR_INVOICING, "Invoices of flat-rate farmers (VAT RR)"),
    (ksef.TAX_REPRESENTATIVE, "Tax representative"),
    (ksef.PEF_INVOICING, "PEF invoices"),
    # What KSeF may name one day is kept and shown.
    (OTHER, "Other"),
]
KNOWN = {code for code, _label in SCOPES}


def known(scope):
    """Return the value of our selection for KSeF's name of a right."""
    return scope if scope in KNOWN else OTHER


def identified(env, kind, value):
    """Return an identifier with what it is, or False.

    :param kind: KSeF's name: Nip, Pesel, Fingerprint
    """
    names = {
        "Nip": "NIP",
        "Pesel": "PESEL",
        "Fingerprint": env._("certificate with the fingerprint"),
    }
    return value and f"{names.get(kind, kind or '')} {value}".strip()


def named(env, scopes):
    """Return the rights in words, in the order of the table."""
    labels = dict(
        env["l10n_pl_ksef.permission"]._fields["scope"]._description_selection(env)
    )
    return [labels[code] for code, _label in SCOPES if code in scopes]
