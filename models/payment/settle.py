"""Which open items a transaction of the bank pays, by the numbers in its title."""

from dataclasses import dataclass

from ...ksef_api.title_reading import read_title

OPEN_TYPES = ("asset_receivable", "liability_payable")


@dataclass(frozen=True)
class Target:
    """One open journal item that a title names.

    :param item: ``account.move.line``, not reconciled yet
    :param amount: what its payer said to pay of it (an identifier's amount), in the
        item's currency; None for as much as there is
    :param taken: what earlier transactions of the same statement pay of it
    """

    item: object
    amount: float | None = None
    taken: float = 0.0

    @property
    def open(self):
        """What can be paid of it, in the direction of the money: positive when it
        comes to us."""
        residual = self.item.amount_residual_currency - self.taken
        if self.item.currency_id.is_zero(residual):
            return 0.0
        if self.amount is None:
            return residual
        limit = min(abs(self.amount), abs(residual))
        return limit if residual > 0 else -limit


@dataclass(frozen=True)
class Settlement:
    """``pairs``: (journal item, signed amount of the transaction that pays it)."""

    pairs: tuple
    remarks: str = ""

    @classmethod
    def of(cls, line, targets):
        """Return how ``line`` (``account.bank.statement.line``) pays ``targets``.

        In their order, until the money is used up: whole, in part, or more than is
        owed, which then stays on the suspense account.
        """
        _ = line.env._
        # An earlier transaction of the same statement may have paid it.
        targets = [target for target in targets if target.open]
        if not targets:
            return cls((), _("No open invoice has this number."))
        currency = line.foreign_currency_id or line.currency_id
        amount = line.amount_currency if line.foreign_currency_id else line.amount
        if any(target.item.currency_id != currency for target in targets):
            return cls((), _("The invoice is in another currency."))
        total = sum(target.open for target in targets)
        if not currency.compare_amounts(total, 0) or (total > 0) != (amount > 0):
            return cls((), _("The money goes the other way."))
        # What is owed to the payer (credit notes) counts first.
        left, pairs = amount, []
        for target in sorted(targets, key=lambda t: (t.open > 0) == (amount > 0)):
            same_way = (target.open > 0) == (amount > 0)
            paid = target.open
            if same_way:
                paid = min(paid, left, key=abs)
            paid = currency.round(paid)
            if currency.is_zero(paid):
                continue
            pairs.append((target.item, paid))
            left -= paid
        over = not currency.is_zero(left)
        return cls(tuple(pairs), _("More was paid than is owed.") if over else "")

    def booked(self, line, liquidity, suspense):
        """Return values of the items by which ``line`` pays these.

        :param liquidity, suspense: Odoo's values of the two items of a transaction
            that nobody has looked at; what is left stays on the suspense account
        """
        currency, own = self.pairs[0][0].currency_id, line.company_id.currency_id
        total, balance = suspense["amount_currency"], _balance(suspense)
        left, left_balance, values = total, balance, []
        for item, amount in self.pairs:
            left += amount
            # Cents of rates belong to the last.
            whole = currency.is_zero(left) and item == self.pairs[-1][0]
            part = left_balance if whole else own.round(-amount * balance / total)
            left_balance -= part
            values.append(
                {
                    **_unsigned(suspense),
                    "account_id": item.account_id.id,
                    "partner_id": item.partner_id.id,
                    "amount_currency": -amount,
                    "balance": part,
                }
            )
        partner = liquidity["partner_id"] or self._partner_id()
        if not currency.is_zero(left):
            rest = {"amount_currency": left, "balance": left_balance}
            values.append({**_unsigned(suspense), "partner_id": partner, **rest})
        return [{**liquidity, "partner_id": partner}, *values]

    def _partner_id(self):
        """Return the id of whom all of them belong to, or False."""
        partners = {item.partner_id.id for item, _amount in self.pairs}
        return partners.pop() if len(partners) == 1 else False


def _balance(values):
    return values["debit"] - values["credit"]


def _unsigned(values):
    return {k: v for k, v in values.items() if k not in ("debit", "credit")}


class Titles:
    """What the titles of transactions say, and how these pay what they name.

    Three searches for all of them, by indexed numbers.

    :param texts: the titles
    """

    def __init__(self, env, texts):
        self.readings = {text: read_title(text) for text in texts if text}
        numbers = {n for one in self.readings.values() for n in one.numbers}
        identifiers = {n for one in self.readings.values() for n in one.identifiers}
        self._members = _members(env, identifiers)
        numbers |= {n for rows in self._members.values() for n, _amount in rows}
        self._items = _open_items(env, numbers)
        self._taken = {}
        # {line: Settlement} of those that were asked for.
        self.settlements = {}

    def reading(self, line):
        """Return what the title of a transaction names, or None."""
        return self.readings.get(line.payment_ref)

    def targets(self, line):
        """Return what a transaction is to pay, as a list of ``Target``."""
        reading = self.reading(line)
        if not reading:
            return []
        pairs = [(number, None) for number in reading.numbers]
        for identifier in reading.identifiers:
            pairs += self._members.get((line.company_id, identifier), [])
        return [
            Target(item, amount, self._taken.get(item, 0.0))
            for number, amount in dict(pairs).items()
            for item in self._items.get((line.company_id, number), ())
        ]

    def remarks(self, line):
        """Return what is to be said about how a transaction pays, or False."""
        settlement = self.settlements.get(line)
        return (settlement and settlement.remarks) or False

    def settle(self, line):
        """Return how a transaction pays what its title names: after the others."""
        settlement = Settlement.of(line, self.targets(line))
        for item, amount in settlement.pairs:
            self._taken[item] = self._taken.get(item, 0.0) + amount
        self.settlements[line] = settlement
        return settlement


def _members(env, identifiers):
    """{(company, identifier): [(KSeF number, amount or None)]}"""
    rows = env["l10n_pl_ksef.identifier.line"].search(
        [("identifier_id.number", "in", list(identifiers))]
    )
    members = {}
    for row in rows:
        key = (row.company_id, row.identifier_id.number)
        amount = row.amount if row.currency_id else None
        members.setdefault(key, []).append((row.ksef_number, amount))
    return members


def _open_items(env, numbers):
    """{(company, KSeF number): journal items that are open, the oldest first}"""
    # First the invoices, by the index of their numbers: joined with all open items,
    # PostgreSQL would look through these.
    moves = env["account.move"].search(
        [("l10n_pl_ksef_number", "in", list(numbers)), ("state", "=", "posted")]
    )
    items = env["account.move.line"].search(
        [
            ("move_id", "in", moves.ids),
            ("account_type", "in", OPEN_TYPES),
            ("reconciled", "=", False),
        ],
        order="date_maturity, id",
    )
    by_number = {}
    for item in items:
        key = (item.company_id, item.move_id.l10n_pl_ksef_number)
        by_number.setdefault(key, []).append(item)
    return by_number
