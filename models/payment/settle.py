"""Which open items a transaction of the bank pays, by the numbers in its title."""

from dataclasses import dataclass

OPEN_TYPES = ("asset_receivable", "liability_payable")


@dataclass(frozen=True)
class Target:
    """One open journal item that a title names.

    :param item: ``account.move.line``, not reconciled yet
    :param amount: what its payer said to pay of it (an identifier's amount), in the
        item's currency; None for as much as there is
    """

    item: object
    amount: float | None = None

    @property
    def open(self):
        """What can be paid of it, in the direction of the money: positive when it
        comes to us."""
        residual = self.item.amount_residual_currency
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


def targets_of(env, readings):
    """Return ``{line: [Target]}`` for statement lines and what their titles name.

    Three searches for all of them, by indexed numbers.

    :param readings: ``{line: title_reading.Reading}``
    """
    numbers = {n for reading in readings.values() for n in reading.numbers}
    identifiers = {n for reading in readings.values() for n in reading.identifiers}
    members = _members(env, identifiers)
    wanted = numbers | {number for rows in members.values() for number, _a in rows}
    items = _open_items(env, wanted)
    found = {}
    for line, reading in readings.items():
        pairs = [(number, None) for number in reading.numbers]
        for identifier in reading.identifiers:
            pairs += members.get((line.company_id, identifier), [])
        found[line] = [
            Target(item, amount)
            for number, amount in dict(pairs).items()
            for item in items.get((line.company_id, number), ())
        ]
    return found


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
