"""The steps in which KSeF makes a certificate (certyfikaty-KSeF.md)."""

import logging

import psycopg2

from odoo import fields, models

from ...ksef_api import enrolment as ksef_enrolment
from ...ksef_api.certificate import KsefCertificate
from ...ksef_api.errors import (
    CertificateError,
    Gone,
    KsefError,
    RateLimited,
    was_not_carried_out,
)
from ..concurrency import advisory_lock, checkpoint, roll_back
from ..connection.auth import IN_PROGRESS, POLL_AFTER, SUCCESS
from ..connection.verdict_final import (
    FIRST_PAUSE,
    SETTLED_AFTER,
    SYSTEM_CANCELLED,
    growing_pause,
)
from ..times import warsaw_today
from ..vault.vault import VaultError
from .enrolment import OPEN

_logger = logging.getLogger(__name__)

KSEF_TYPES = {
    "authentication": ksef_enrolment.AUTHENTICATION_TYPE,
    "offline": ksef_enrolment.OFFLINE_TYPE,
}


class Enrolment(models.Model):
    _inherit = "l10n_pl_ksef.enrolment"

    def _advance(self):
        """Take the steps that KSeF allows now; what is left, the cron does.

        Commits; nothing is raised for what KSeF says.
        """
        self.ensure_one()
        self = self.with_context(lang=self.company_id._l10n_pl_ksef_lang())
        checkpoint(self.env)
        with advisory_lock(self.env, f"enrolment:{self.id}") as mine:
            if not mine:
                return
            self.invalidate_recordset()
            try:
                self._take_steps()
            except (KsefError, VaultError) as error:
                self._not_now(error)
            except psycopg2.Error:
                raise
            except Exception as error:
                roll_back(self.env)
                _logger.exception("KSeF: %s", self)
                self._not_now(error)
            checkpoint(self.env)

    def _take_steps(self):
        self.retry_at = False
        while self.state in OPEN and not self.retry_at:
            getattr(self, f"_step_{self.state}")()
            checkpoint(self.env)

    # --- what stands in the way ----------------------------------------------

    def _not_now(self, error):
        """End the order where KSeF said its last word, else try again later."""
        verdict = self.env["l10n_pl_ksef.verdict"]._of(error, "enrolment")
        if self.state == "ordering" and was_not_carried_out(error):
            self.asked_at = False
        if verdict.outcome == "refused":
            self._fail(verdict.message)
        elif isinstance(error, RateLimited):
            self._go_on_after(verdict.retry_after)
        else:
            first = verdict.retry_after or FIRST_PAUSE
            self._go_on_after(growing_pause(self.fail_count, first))
            self.write(
                {
                    "fail_count": self.fail_count + 1,
                    "status_message": verdict.message,
                }
            )

    def _go_on_after(self, delay):
        self.retry_at = fields.Datetime.now() + delay
        # sudo: whoever causes it may wake the cron
        self.env.ref("l10n_pl_ksef.ir_cron_enrol").sudo()._trigger(at=self.retry_at)

    def _reached(self, state, **values):
        """Note a step that went well."""
        self.write(
            {
                "state": state,
                "status_message": False,
                "retry_at": False,
                "fail_count": 0,
                **values,
            }
        )

    def _login(self):
        """Return the connection to order through."""
        return self.env["l10n_pl_ksef.connection"]._of_company(self.company_id)

    def _may_go_on(self, connection):
        """Tell whether ``connection`` can order; else say why it cannot."""
        problem = connection._why_no_order(self.environment)
        if problem:
            self._fail(problem)
        return not problem

    # --- steps ---------------------------------------------------------------

    def _step_new(self):
        """Look at limits and owner, and make the key; nothing is asked for yet."""
        connection = self._login()
        if not self._may_go_on(connection):
            return
        limits = connection._call(lambda client: client.certificate_limits())
        if not limits.get("canRequest"):
            self._fail(self._no_more_text(limits))
            return
        owner = connection._call(lambda client: client.enrolment_data())
        request, pem = ksef_enrolment.new_request(owner)
        self._reached(
            "ordering",
            name=self._new_name(),
            request=request,
            key_sealed=self._seal("key_sealed", pem),
            asked_at=False,
        )

    def _new_name(self):
        """Return company, type and date, and what makes the name ours alone: by it the
        order is found again when KSeF's answer was lost."""
        kinds = {
            "authentication": self.env._("authentication"),
            "offline": self.env._("offline", _source="certificate"),
        }
        today = warsaw_today()
        return ksef_enrolment.certificate_name(
            self.company_id.name, kinds[self.type], f"{today}", f"{self.id}"
        )

    def _step_ordering(self):
        connection = self._login()
        if not self._may_go_on(connection):
            return
        if self.asked_at:
            # The answer was lost, or who waited for it ended.
            serial = self._find_in_ksef(connection)
            if serial:
                self._reached("issued", serial=serial)
                return
            settled = self.asked_at + SETTLED_AFTER
            if settled > fields.Datetime.now():
                self._go_on_after(settled - fields.Datetime.now())
                return
        self.asked_at = fields.Datetime.now()
        checkpoint(self.env)
        reference = connection._call(
            lambda client: client.enrol(self.name, KSEF_TYPES[self.type], self.request)
        )
        self._reached("processing", reference=reference)

    def _find_in_ksef(self, connection):
        """Return the serial number of the certificate that KSeF made for this very key,
        or None."""
        listed = connection._call(
            lambda client: list(client.certificates(name=self.name))
        )
        serials = [item.serial for item in listed if item.name == self.name]
        if not serials:
            return None
        issued = connection._call(
            lambda client: client.retrieve_certificates(serials[:10])
        )
        return next((one.serial for one in issued if self._is_mine(one)), None)

    def _is_mine(self, issued):
        try:
            self._open_issued(issued)
        except CertificateError:
            return False
        return True

    def _open_issued(self, issued):
        """Return the certificate with the key of this order.

        :raise CertificateError: it is of another key
        """
        return KsefCertificate.from_stored(
            issued.certificate_der, self._unseal("key_sealed")
        )

    def _step_processing(self):
        connection = self._login()
        try:
            found = connection._call(
                lambda client: client.enrolment_status(self.reference)
            )
        except Gone:
            # KSeF forgets orders after 30 days, certificates not.
            self._reached("ordering", reference=False)
            return
        if found.status.code == IN_PROGRESS:
            self._go_on_after(POLL_AFTER)
        elif found.status.code == SUCCESS and found.serial:
            self._reached("issued", serial=found.serial)
        elif found.status.code in SYSTEM_CANCELLED:
            self._reached("new", reference=False)
            self._go_on_after(FIRST_PAUSE)
        else:
            self._fail(self._refusal_text(found.status))

    def _step_issued(self):
        """Fetch the certificate and store it with its key, which lives there only."""
        connection = self._login()
        issued = connection._call(
            lambda client: client.retrieve_certificates([self.serial])
        )
        loaded = self._open_issued(issued[0])
        # Its dates are KSeF's: by this server's clock it may begin in a moment only.
        if loaded.usage != self.type:
            raise CertificateError("wrong_usage")
        certificates = self.env["l10n_pl_ksef.certificate"]
        certificate = certificates._add(self.company_id, loaded)
        # Nothing is signed with it before it has proved itself.
        certificate.write({"name": self.name, "state": "ordered"})
        self._reached("proving", certificate_id=certificate.id, key_sealed=False)
