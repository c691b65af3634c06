"""What one transfer pays, and what its title has to tell."""

from dataclasses import dataclass, field
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from ...ksef_api.nip import normalize_nip
from ...ksef_api.transfer_title import SplitPayment, plain_title, vat_of_part
from ..invoice.currency import ZLOTY
from ..invoice.document import to_decimal
from .duty import Duty

ORDER = ("must", "ask", "may", "none")
# One split payment for several bills is for those received in so long a time at most
# (art. 108a (3b) of the VAT act).
SPLIT_TOGETHER = relativedelta(months=1)


@dataclass(frozen=True)
class Part:
    """One bill that a transfer pays.

    :param move: the bill (``account.move``, one)
    :param amount: of it, in its currency; negative for a credit note
    :param paid_before: what earlier payments have paid of it
    """

    move: object
    amount: Decimal
    paid_before: Decimal

    @property
    def number(self):
        return self.move.l10n_pl_ksef_number or ""


@dataclass
class Transfer:
    """One transfer to one vendor, before it is made.

    :param lines: the journal items that are chosen (``account.move.line``)
    :param parts: ``Part`` for each bill that the money reaches
    :param currency: of the bills (``res.currency``)
    :param paid_in: the currency of the transfer itself
    :param duties: ``Duty`` for each part
    """

    lines: object
    parts: list
    currency: object
    paid_in: object
    duties: list = field(default_factory=list)

    @property
    def numbered(self):
        """Parts whose bill has a KSeF number."""
        return [part for part in self.parts if part.number]

    @property
    def moves(self):
        return self.parts[0].move.union(*(part.move for part in self.parts))

    @property
    def total(self):
        """What is transferred (Decimal), corrections taken off."""
        return sum((part.amount for part in self.parts), Decimal(0))

    @property
    def needs_identifier(self):
        return len(self.numbered) > 1

    @property
    def is_marked(self):
        """Tell whether split payment is proposed for the bills."""
        return all(part.move._l10n_pl_ksef_pays_split() for part in self.parts)

    @property
    def can_split(self):
        """Split payment moves zlotys to a seller with a NIP."""
        move = self.parts[0].move
        is_known = ZLOTY in (self.currency.name, move.company_currency_id.name)
        return self.paid_in.name == ZLOTY and is_known and bool(self._seller())

    def remarks(self, env, splits):
        """Return sentences about split payment that somebody should read.

        :param splits: whether this transfer is one
        """
        found = []
        if splits and len(self.parts) > 1 and self._is_over_long():
            found.append(
                env._(
                    "One split payment is for bills received within a month "
                    "(art. 108a (3b) of the VAT act): pay these in several transfers."
                )
            )
        moves = [part.move for part in self.parts]
        due = [move for move in moves if move._l10n_pl_ksef_must_pay_split()]
        if due and not splits:
            found.append(
                env._(
                    "Split payment is compulsory for %(bills)s: goods or services of "
                    "annex 15 above the limit (art. 108a (1a) of the VAT act).",
                    bills=", ".join(move.ref or move.name for move in due),
                )
            )
        elif any(not move.l10n_pl_ksef_split_payment for move in due):
            found.append(
                env._(
                    "The vendor did not mark it, but split payment is compulsory: "
                    "goods or services of annex 15 above the limit (art. 108a (1a) of "
                    "the VAT act)."
                )
            )
        return found

    def _is_over_long(self):
        moves = [part.move for part in self.parts]
        days = [move.l10n_pl_ksef_received_on or move.invoice_date for move in moves]
        known = [day for day in days if day]
        return bool(known) and max(known) >= min(known) + SPLIT_TOGETHER

    def _seller(self):
        return normalize_nip(self.parts[0].move.commercial_partner_id.vat or "")

    def duty(self, env):
        """Return the ``Duty`` of the whole transfer: the weightiest of its bills.

        A transfer for bills with and without a number, and one in which corrections
        are netted, are not settled by the law.
        """
        kinds = {duty.kind for duty in self.duties}
        if kinds & {"must", "may"}:
            if len(self.numbered) < len(self.parts):
                return Duty("ask", env._("Some of these bills have no KSeF number."))
            if any(part.amount < 0 for part in self.parts):
                return Duty("ask", env._("A correction is netted in this transfer."))
        return min(self.duties, key=lambda duty: ORDER.index(duty.kind))

    def title(self, number, typed):
        """Return the title of an ordinary transfer."""
        return plain_title(number, typed)

    def split_message(self, number, typed):
        """Return the message of a split payment.

        :raises TitleError: the message cannot hold it
        """
        vat = sum((self._vat(part) for part in self.parts), Decimal(0))
        return SplitPayment(vat, self._seller() or "", number, typed).message()

    @staticmethod
    def _vat(part):
        move = part.move
        sign = -1 if move.move_type == "in_refund" else 1
        # In zlotys also where the bill is not: as the books have it, by its own rate.
        in_zlotys = move.currency_id.name == ZLOTY
        vat = to_decimal(abs(move.amount_tax if in_zlotys else move.amount_tax_signed))
        gross = to_decimal(abs(move.amount_total))
        return sign * vat_of_part(vat, gross, part.paid_before, abs(part.amount))


def plan(lines, currency, amount=None, paid_in=None):
    """Return the ``Transfer`` that pays ``lines``.

    :param lines: payable journal items of one vendor
    :param currency: of the bills
    :param paid_in: currency of the payment, where it is another one
    :param amount: what is paid in all (Decimal), when a person chose it; the rest of
        the bills, the oldest first, stays open
    """
    left = amount
    parts = []
    by_move = lines.sorted(
        lambda line: (line.date_maturity or line.date, line.id)
    ).grouped("move_id")
    opens = {move: _open(items, currency) for move, items in by_move.items()}
    if left is not None:
        # What is owed to us is taken off, so that more of the bills is paid.
        left -= sum((paid for paid in opens.values() if paid < 0), Decimal(0))
    for move, paid in opens.items():
        if left is not None and paid > 0:
            paid = min(paid, left)
            left -= paid
        if paid:
            total = to_decimal(abs(move.amount_total))
            parts.append(Part(move, paid, total - move._l10n_pl_ksef_open_amount()))
    return Transfer(lines, parts, currency, paid_in or currency)


def _open(lines, currency):
    """What is still to be paid of ``lines``, positive for bills (Decimal)."""
    residual = -sum(lines.mapped("amount_residual_currency"))
    return to_decimal(currency.round(residual), currency.decimal_places)
