"""The title of a transfer that pays KSeF invoices: ordinary, and split payment (MPP).

Sources: art. 108g (title) and art. 108a (3) of the VAT act (the message of split
payment); lengths are those of the domestic transfer, 4 lines of 35 characters.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

LINE = 35
LONGEST = 4 * LINE
# Lengths of the fields of the split-payment message.
VAT_DIGITS, SELLER_LENGTH, INVOICE_LENGTH, TEXT_LENGTH = 10, 14, 35, 33
CENT = Decimal("0.01")
# A slash begins a field of the message.
_SEPARATORS = re.compile(r"[/\s]+")


class TitleError(ValueError):
    """The title cannot be made: ``code`` tells why.

    Codes: "vat" (no amount that the message can hold), "seller" (no NIP that fits),
    "invoice" (the number is too long).
    """

    def __init__(self, code):
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class SplitPayment:
    """What a split-payment message tells.

    :param vat: VAT of the paid part, in zlotys (*/VAT/*)
    :param seller: NIP of the seller, or another tax number (*/IDC/*)
    :param invoice: the KSeF number or the collective identifier (*/INV/*)
    :param text: anything else, cut to its length (*/TXT/*)
    """

    vat: Decimal
    seller: str
    invoice: str
    text: str = ""

    def message(self) -> str:
        """Return ``/VAT/…/IDC/…/INV/…/TXT/…``.

        :raises TitleError: "vat", "seller", "invoice"
        """
        amount = self.vat.quantize(CENT, ROUND_HALF_UP)
        if not 0 <= amount < 10**VAT_DIGITS:
            raise TitleError("vat")
        if not 0 < len(self.seller) <= SELLER_LENGTH:
            raise TitleError("seller")
        if not 0 < len(self.invoice) <= INVOICE_LENGTH:
            raise TitleError("invoice")
        vat = str(amount).replace(".", ",")
        message = f"/VAT/{vat}/IDC/{self.seller}/INV/{self.invoice}"
        text = _SEPARATORS.sub(" ", self.text).strip()[:TEXT_LENGTH].rstrip()
        return f"{message}/TXT/{text}" if text else message


def plain_title(number: str, typed: str = "") -> str:
    """Return the title of an ordinary transfer: the number first and unbroken.

    What the person typed stands behind it where all of it fits; the number is not
    repeated when it was typed, too.

    :param number: the KSeF number or the collective identifier
    :param typed: anything; line breaks become blanks
    """
    rest = " ".join(typed.replace(number, " ").split()).strip(" ,;")
    title = f"{number} {rest}" if rest else number
    return title if len(title) <= LONGEST else number


def vat_of_part(
    vat: Decimal, gross: Decimal, paid_before: Decimal, paid_now: Decimal
) -> Decimal:
    """Return the VAT in the part that is paid now, in proportion to the whole.

    Rounded so that the parts of an invoice add up to its VAT, however it is cut.

    :param vat, gross: of the whole invoice
    :param paid_before: what earlier payments paid of ``gross``
    """
    if not gross:
        return Decimal(0).quantize(CENT)

    def until(paid):
        share = min(max(paid / gross, Decimal(0)), Decimal(1))
        return (vat * share).quantize(CENT, ROUND_HALF_UP)

    return until(paid_before + paid_now) - until(paid_before)
