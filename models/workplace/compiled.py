"""Rules of the inbox in plain Python: what they ask of a document, and what follows.

No database is asked here: rules are compiled once and kept for as long as they do not
change, so that thousands of them cost a bill next to nothing.
"""

from dataclasses import dataclass, field

# What follows for lines; all else follows for the whole bill.
OF_LINES = ("product", "account", "tax", "analytic")
OF_BILLS = ("journal", "responsible", "approval", "ignore")
KINDS = {
    "sale": ("VAT",),
    "advance": ("ZAL",),
    "settlement": ("ROZ",),
    "simplified": ("UPR",),
    "correction": ("KOR", "KOR_ZAL", "KOR_ROZ"),
}


def folded(text):
    """Return a text as it is compared: any case, single spaces."""
    return " ".join((text or "").casefold().split())


def alternatives(text):
    """Return the texts of a condition, of which one is enough ("a; b")."""
    return tuple(filter(None, map(folded, (text or "").split(";"))))


@dataclass(frozen=True)
class LineFacts:
    """What rules look at in one line."""

    text: str
    codes: tuple

    @classmethod
    def of(cls, line):
        """:param line: ``fa3`` Line or OrderLine"""
        codes = (line.cn, line.pkwiu, line.gtu and line.gtu.value)
        return cls(
            folded(f"{line.name or ''} {line.index or ''}"),
            tuple("".join(code.split()).casefold() for code in codes if code),
        )


@dataclass(frozen=True)
class Facts:
    """What rules look at in one document.

    :param vendors: ids of the vendor and of its commercial partner
    """

    vendors: tuple
    units: str
    numbers: str
    total: float
    currency: str
    kind: str
    lines: tuple

    @classmethod
    def of(cls, document, vendors):
        """:param document: ``fa3`` Invoice"""
        body = document.body
        lines = body.lines or (body.order.lines if body.order else ())
        return cls(
            tuple(vendors),
            folded(" | ".join(_units(document))),
            folded(" | ".join(numbers_of(body))),
            float(body.total),
            body.currency,
            body.kind.value,
            tuple(map(LineFacts.of, lines)),
        )


def _units(document):
    """Identifiers and names of our units, and of third parties."""
    for party in (document.buyer, *document.third_parties):
        who = party.identification
        internal = getattr(who, "internal_id", None)
        yield from filter(None, (internal, who.nip, who.name, party.customer_number))


def numbers_of(body):
    """Return the numbers of orders and contracts that the document names."""
    terms = body.terms
    named = (*terms.orders, *terms.contracts) if terms else ()
    return [row.number for row in named if row.number]


@dataclass(frozen=True)
class CompiledRule:
    """One rule.

    :param why: its conditions, in words
    :param gives: ``{what follows: value}``, of ``OF_LINES`` and ``OF_BILLS``
    :param told: the same in words
    """

    id: int
    name: str
    vendor: int = 0
    units: tuple = ()
    numbers: tuple = ()
    least: float = 0
    most: float = 0
    currency: str = ""
    kinds: tuple = ()
    texts: tuple = ()
    codes: tuple = ()
    why: str = ""
    told: str = ""
    gives: dict = field(default_factory=dict, hash=False)

    def fits(self, facts):
        """Tell whether a document fulfils every condition."""
        return (
            (not self.vendor or self.vendor in facts.vendors)
            and (not self.kinds or facts.kind in self.kinds)
            and (not self.currency or facts.currency == self.currency)
            and (not self.least or abs(facts.total) >= self.least)
            and (not self.most or abs(facts.total) <= self.most)
            and (not self.units or _any_in(self.units, facts.units))
            and (not self.numbers or _any_in(self.numbers, facts.numbers))
            and (not self.asks_lines or any(map(self.fits_line, facts.lines)))
        )

    @property
    def asks_lines(self):
        """Whether it is about some lines only."""
        return bool(self.texts or self.codes)

    def fits_line(self, line):
        """Tell whether what follows is for this line (``LineFacts``)."""
        return (not self.texts or _any_in(self.texts, line.text)) and (
            not self.codes or any(code.startswith(self.codes) for code in line.codes)
        )


def _any_in(texts, text):
    return any(one in text for one in texts)


class RuleSet:
    """The rules of one company, in their order.

    :param rules: ``CompiledRule`` in order
    """

    def __init__(self, rules):
        self.of_anybody, self.of_vendor = [], {}
        for place, rule in enumerate(rules):
            if rule.vendor:
                self.of_vendor.setdefault(rule.vendor, []).append((place, rule))
            else:
                self.of_anybody.append((place, rule))

    def decide(self, facts):
        """Return the ``Decision`` on a document."""
        asked = [*self.of_anybody]
        for vendor in set(facts.vendors):
            asked += self.of_vendor.get(vendor, ())
        asked.sort(key=lambda item: item[0])
        return Decision([rule for _place, rule in asked if rule.fits(facts)])


class Decision:
    """What the rules that fit say. For each thing the first that says it counts."""

    def __init__(self, rules=()):
        self.rules = list(rules)

    def of_bill(self, what):
        """Return what follows for the bill, None when no rule says it."""
        for rule in self.rules:
            if what in rule.gives:
                return rule.gives[what]
        return None

    def of_line(self, line):
        """Return ``{what: value}`` for a line (``LineFacts``; None: a line that the
        document does not have, as for sums).
        """
        found = {}
        for rule in self.rules:
            if rule.asks_lines and (line is None or not rule.fits_line(line)):
                continue
            for what in OF_LINES:
                if what in rule.gives:
                    found.setdefault(what, rule.gives[what])
        return found

    def told(self):
        """Return ``[(name, why, what follows)]`` of the rules that counted."""
        said, counted = set(), []
        for rule in self.rules:
            # Rules on lines say the same thing of different lines.
            new = {what for what in rule.gives if rule.asks_lines or what not in said}
            if new:
                counted.append((rule.name, rule.why, rule.told))
            said |= set() if rule.asks_lines else new
        return counted
