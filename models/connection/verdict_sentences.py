"""What people are told for each code of KSeF: what happened, and what to do."""

from odoo import models


class VerdictTexts(models.AbstractModel):
    _inherit = "l10n_pl_ksef.verdict"

    def _sentences(self):
        """Sentences for codes of invoices and of calls.

        Sources: KSeF's OpenAPI document (*InvoiceStatusInfo*, answers 400) and
        *weryfikacja-faktury.md*. Logins and sessions have tables of their own, for they
        use some of the same numbers.
        """
        offline = self.env.context.get("l10n_pl_ksef_offline")
        self_billed = self.env.context.get("l10n_pl_ksef_self_billed")
        return {
            **super()._sentences(),
            **self._invoice_sentences(),
            **self._session_call_sentences(),
            **self._other_call_sentences(),
            **self._identifier_sentences(),
            **(self._offline_sentences() if offline else {}),
            **(self._self_billing_sentences() if self_billed else {}),
        }

    def _self_billing_sentences(self):
        """Sentences for an invoice that the company issued in its vendor's name."""
        return {
            410: self.env._(
                "The vendor has not let your company issue invoices in its name. Ask "
                "the vendor to grant your NIP the permission for self-billing "
                "(samofakturowanie) in Aplikacja Podatnika KSeF, then send the "
                "invoice again."
            )
        }

    def _offline_sentences(self):
        """Sentences for an invoice issued offline: the customer has it already."""
        technical = self.env._(
            "KSeF did not take the invoice that was issued offline: what KSeF says "
            "below names the cause. The customer has the invoice, so what stands in it "
            "stays. Remove the cause (in the customer, the product, the tax or the "
            "company), then send it again: it goes as its technical correction."
        )
        return {430: technical, 440: technical, 450: technical}

    def _invoice_sentences(self):
        return {
            405: self.env._(
                "KSeF cancelled the invoice because its session failed. There is "
                "nothing wrong with the invoice; the invoice will be sent again."
            ),
            410: self.env._(
                "The certificate or token has no permission to issue invoices of "
                "this seller in KSeF. Grant the permission “issuing invoices” in "
                "Aplikacja Podatnika KSeF, then send the invoice again."
            ),
            415: self.env._(
                "The company has not consented to invoices with attachments. Give "
                "the consent in e-Urząd Skarbowy or leave the attachment out, then "
                "send the invoice again."
            ),
            430: self.env._(
                "KSeF could not read the file of the invoice. What KSeF says below "
                "names the place: reset the invoice to draft, correct it and send "
                "it again."
            ),
            435: self.env._(
                "KSeF could not decrypt the invoice. There is nothing wrong with the "
                "invoice; it will be sent again."
            ),
            440: self.env._(
                "KSeF already has an invoice of this seller with this number and "
                "type, and it is not this one. Find the original by its KSeF number "
                "below. If it is the same sale, do not send this invoice; "
                "otherwise reset it to draft, give it a number of its own and send "
                "it again."
            ),
            450: self.env._(
                "KSeF found a fault in the invoice: what KSeF says below names it. "
                "Reset the invoice to draft, correct it and send it again."
            ),
            500: self.env._(
                "KSeF met an unknown error with this invoice. There is nothing to "
                "correct; it will be sent again."
            ),
            550: self.env._(
                "KSeF cancelled the work on this invoice by itself. There is "
                "nothing to correct; it will be sent again."
            ),
        }

    def _session_call_sentences(self):
        return {
            21155: self.env._(
                "The session holds as many invoices as KSeF allows; a new one will "
                "be opened."
            ),
            21157: self.env._(
                "A part of the package has another size than KSeF allows or was "
                "told. The invoices will be sent one by one."
            ),
            21161: self.env._(
                "The package has more parts than KSeF allows. The invoices will be "
                "sent one by one."
            ),
            21166: self.env._(
                "This invoice has a technical correction that KSeF accepted; there "
                "can be only one. Issue a correcting invoice instead."
            ),
            21167: self.env._(
                "KSeF takes no technical correction of this invoice: it is accepted "
                "or still being checked. Wait for its state, or issue a correcting "
                "invoice."
            ),
            21173: self.env._(
                "KSeF does not know this session. The invoices will be sent in another."
            ),
            21178: self.env._("KSeF has no UPO yet. It will be asked for again."),
            21184: self.env._(
                "KSeF's session is not available for now (maintenance). The invoice "
                "waits; another session will be opened after a pause."
            ),
            21205: self.env._(
                "A part of the package did not reach KSeF. The invoices will be "
                "sent again."
            ),
            21208: self.env._(
                "The package came too late for its session. The invoices will be "
                "sent again."
            ),
            21402: self.env._(
                "KSeF received a file of another size than announced. It will be "
                "tried again; when this repeats, tell the administrator."
            ),
            21403: self.env._(
                "KSeF received another file than announced. It will be tried again; "
                "when this repeats, tell the administrator."
            ),
        }

    def _identifier_sentences(self):
        """Sentences for POST /collective-identifiers."""
        return {
            71001: self.env._("KSeF has no invoice of one of these numbers."),
            71002: self.env._(
                "One of these invoices stands in too many collective identifiers "
                "already. Pay it by itself, with its own number."
            ),
            71004: self.env._("These invoices are of several sellers."),
            71005: self.env._("One of these invoices is named twice."),
        }

    def _other_call_sentences(self):
        return {
            21001: self.env._(
                "KSeF could not read what it was sent. Tell the administrator: the "
                "add-on may need an update."
            ),
            21164: self.env._("KSeF has no invoice of this number."),
            21165: self.env._(
                "The invoice is not in KSeF's permanent storage yet. It will be "
                "tried again."
            ),
            21175: self.env._("KSeF does not know this export of invoices."),
            21181: self.env._(
                "These invoices cannot be exported in this role. Check for which "
                "roles bills are fetched."
            ),
            21182: self.env._(
                "As many exports run in KSeF as it allows. It will be tried again."
            ),
            21183: self.env._(
                "KSeF has nothing complete of that time yet. It will be tried again."
            ),
            21217: self.env._(
                "KSeF does not take the encoding of the characters. Tell the "
                "administrator."
            ),
            21401: self.env._(
                "The document does not fit KSeF's schema. Tell the administrator: "
                "the add-on may need an update."
            ),
            21405: self.env._(
                "KSeF found the request wrong: what KSeF says below names the "
                "place. Tell the administrator."
            ),
            21418: self.env._(
                "KSeF lost the place in a long list. It will be tried again."
            ),
        }

    def _session_sentences(self):
        """Sentences for the end of a session (GET /sessions/{referenceNumber})."""
        return {
            405: self.env._(
                "KSeF found the parts of the package damaged. The invoices will be "
                "sent one by one."
            ),
            415: self.env._(
                "KSeF could not decrypt the key of the package. The invoices will "
                "be sent one by one."
            ),
            420: self.env._(
                "The package holds more invoices than KSeF allows. The invoices "
                "will be sent one by one."
            ),
            430: self.env._(
                "KSeF could not unpack the package. The invoices will be sent one "
                "by one."
            ),
            435: self.env._(
                "KSeF could not decrypt the package. The invoices will be sent one "
                "by one."
            ),
            440: self.env._(
                "KSeF cancelled the session: nothing reached it in time. The "
                "invoices will be sent again."
            ),
            445: self.env._("KSeF accepted no invoice of the session."),
            500: self.env._(
                "KSeF met an unknown error in the session. The invoices will be "
                "sent again."
            ),
        }

    def _document_text(self, error):
        """Return why a file is no invoice that can be read (``DocumentError``)."""
        place, value = [*error.details, "", ""][:2]
        sentences = {
            "too_large": self.env._("it is larger than KSeF allows"),
            "long_text": self.env._(
                "one of its texts is longer than %(most)s characters", most=place
            ),
            "too_deep": self.env._("its elements are nested too deep"),
            "not_xml": self.env._("it is no correct XML"),
            "entities": self.env._(
                "it declares entities, which an invoice in KSeF may not"
            ),
            "schema": self.env._("it is no FA(3) or FA(2) invoice"),
            "missing": self.env._("%(place)s is missing", place=place),
            "not_upo": self.env._("it is no UPO"),
            "enumeration": self.env._(
                "%(place)s is “%(value)s”, which is not among the values of FA(3)",
                place=place,
                value=value,
            ),
        }
        if sentence := sentences.get(error.reason):
            return sentence
        if not value:
            return self.env._("%s has a value that FA(3) does not allow", place)
        return self.env._(
            "%(place)s is “%(value)s”, which FA(3) does not allow there",
            place=place,
            value=value,
        )

    def _forbidden_text(self, error):
        """Return what an answer 403 means (*reasonCode*)."""
        sentences = {
            "ip-not-allowed": self.env._(
                "KSeF refuses calls from this server's address. Allow the address in "
                "the token or login that you use, or make another one without a limit."
            ),
            "security-service-blocked": self.env._(
                "KSeF's security service blocked the call. Try again later; when this "
                "repeats, contact KSeF's help desk."
            ),
            "auth-method-not-allowed": self.env._(
                "KSeF does not allow this with the way in which the company is "
                "authorised. Connect it by a KSeF certificate."
            ),
            "context-type-not-allowed": self.env._(
                "KSeF does not allow this for the company's kind of identifier."
            ),
            "insufficient-resource-access": self.env._(
                "KSeF does not show this to the owner of the certificate or token."
            ),
        }
        if not error.reason_code and not error.code:
            return self.env._(
                "The call was refused without a reason of KSeF's (403): a firewall "
                "between this server and KSeF may do that. It will be tried again."
            )
        return sentences.get(error.reason_code) or self.env._(
            "KSeF refuses for lack of permission. Grant it in Aplikacja Podatnika "
            "KSeF to the owner of the certificate or token. (%(reason)s)",
            reason=error.reason_code or error.code or error.http_status,
        )
