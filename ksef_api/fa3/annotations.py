"""What the law wants said on the invoice (*Adnotacje*)."""

from datetime import date

from .declare import (
    choice,
    element,
    elements,
    flag,
    inline,
    marks,
    marks_none,
    model,
    named_mark,
    optional,
    part,
    rules,
)
from .kinds import MarginScheme
from .values import DATE, NUMBER


@rules(choice("act", "directive", "other"))
@model()
class Exemption:
    """*Zwolnienie*: the legal basis of an exemption; empty when nothing is exempt."""

    _exempt: bool = marks("P_19", "act", "directive", "other")
    act: str | None = optional("P_19A")
    directive: str | None = optional("P_19B")
    other: str | None = optional("P_19C")
    _none: bool = marks_none("P_19N", "act", "directive", "other")


@rules(choice("vin", "body_number", "chassis_number", "frame_number"))
@model()
class LandVehicle:
    """Land vehicle, art. 2(10)(a)."""

    mileage: str = element("P_22B")
    vin: str | None = optional("P_22B1")
    body_number: str | None = optional("P_22B2")
    chassis_number: str | None = optional("P_22B3")
    frame_number: str | None = optional("P_22B4")
    type: str | None = optional("P_22BT")


@model()
class Vessel:
    """Vessel, art. 2(10)(b); hours it has worked."""

    working_hours: str = element("P_22C")
    hull_number: str | None = optional("P_22C1")


@model()
class Aircraft:
    """Aircraft, art. 2(10)(c); hours it has worked."""

    working_hours: str = element("P_22D")
    serial_number: str | None = optional("P_22D1")


@rules(choice("land", "vessel", "aircraft", required=True))
@model()
class NewVehicle:
    """*NowySrodekTransportu*: one new means of transport sold within the EU."""

    first_use: date = element("P_22A", DATE)
    line_number: int = element("P_NrWierszaNST", NUMBER)
    make: str | None = optional("P_22BMK")
    model: str | None = optional("P_22BMD")
    colour: str | None = optional("P_22BK")
    registration: str | None = optional("P_22BNR")
    year: str | None = optional("P_22BRP")
    land: LandVehicle | None = inline(LandVehicle)
    vessel: Vessel | None = inline(Vessel)
    aircraft: Aircraft | None = inline(Aircraft)


@model()
class NewVehicleSupply:
    """The new means of transport that are sold.

    :param duty_art_42_5: whether the duty of art. 42(5) exists
    """

    duty_art_42_5: bool = flag("P_42_5")
    vehicles: list[NewVehicle] = elements(
        "NowySrodekTransportu", NewVehicle, at_least=1, at_most=10_000
    )


@model()
class NewVehicles:
    """*NoweSrodkiTransportu*; empty when there are none."""

    _sold: bool = marks("P_22", "supply")
    supply: NewVehicleSupply | None = inline(NewVehicleSupply)
    _none: bool = marks_none("P_22N", "supply")


@model()
class Margin:
    """*PMarzy*; empty when no margin procedure applies."""

    _applies: bool = marks("P_PMarzy", "scheme")
    scheme: MarginScheme | None = named_mark(MarginScheme)
    _none: bool = marks_none("P_PMarzyN", "scheme")


@model()
class Annotations:
    """*Adnotacje*. As made by default it says "no" to everything.

    :param triangular: simplified procedure, second taxpayer, art. 135(1)(4)
    """

    cash_method: bool = flag("P_16")
    self_billing: bool = flag("P_17")
    reverse_charge: bool = flag("P_18")
    split_payment: bool = flag("P_18A")
    exemption: Exemption = part("Zwolnienie", Exemption)
    new_vehicles: NewVehicles = part("NoweSrodkiTransportu", NewVehicles)
    triangular: bool = flag("P_23")
    margin: Margin = part("PMarzy", Margin)
