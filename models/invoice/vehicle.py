from odoo import api, fields, models

from ...ksef_api import fa3
from .problems import Problem

SUPPLY_WITHIN_EU = "0 WDT"
KINDS = [
    ("land", "Land vehicle"),
    ("vessel", "Vessel"),
    ("aircraft", "Aircraft"),
]
NUMBERS = [
    ("vin", "VIN"),
    ("body_number", "Body number"),
    ("chassis_number", "Chassis number"),
    ("frame_number", "Frame number"),
]


class MoveVehicle(models.Model):
    """A new means of transport that is sold to another member state of the EU.

    *NowySrodekTransportu*: what art. 106e (1)(24) of the VAT act wants said of it.
    """

    _name = "l10n_pl_ksef.move.vehicle"
    _description = "New Means of Transport on an Invoice"
    _inherit = ["l10n_pl_ksef.move.part"]

    move_id = fields.Many2one(
        "account.move", "Invoice", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="move_id.company_id", store=True, index=True)
    line_id = fields.Many2one(
        "account.move.line",
        "Invoice Line",
        required=True,
        ondelete="cascade",
        domain="[('move_id', '=', move_id), ('display_type', '=', 'product')]",
    )
    kind = fields.Selection(KINDS, required=True, default="land")
    first_use = fields.Date(
        "First Used On",
        required=True,
        help="The day on which it was first used (P_22A).",
    )
    usage = fields.Char(
        "Mileage or Hours",
        required=True,
        help="Kilometres of a land vehicle (P_22B), hours of work of a vessel (P_22C) "
        "or of an aircraft (P_22D).",
    )
    number_kind = fields.Selection(NUMBERS, "Number Is", default="vin")
    number = fields.Char(help="Of a vessel its hull number, of an aircraft its serial.")
    make = fields.Char()
    model = fields.Char()
    type = fields.Char(help="The type of a land vehicle (P_22BT).")
    colour = fields.Char()
    registration = fields.Char("Registration Number")
    year = fields.Char("Year of Production", size=4)

    def _fa3(self, line_number):
        """Return it as ``fa3`` NewVehicle.

        :param line_number: of its line in the document
        """
        return fa3.NewVehicle(
            first_use=self.first_use,
            line_number=line_number,
            make=self.make or None,
            model=self.model or None,
            colour=self.colour or None,
            registration=self.registration or None,
            year=self.year or None,
            **{self.kind: getattr(self, f"_fa3_{self.kind}")()},
        )

    def _fa3_land(self):
        number = {self.number_kind or "vin": self.number} if self.number else {}
        return fa3.LandVehicle(mileage=self.usage, type=self.type or None, **number)

    def _fa3_vessel(self):
        return fa3.Vessel(working_hours=self.usage, hull_number=self.number or None)

    def _fa3_aircraft(self):
        return fa3.Aircraft(working_hours=self.usage, serial_number=self.number or None)


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_vehicle_ids = fields.One2many(
        "l10n_pl_ksef.move.vehicle", "move_id", "New Means of Transport"
    )
    l10n_pl_ksef_duty_art_42_5 = fields.Boolean(
        "Duty of Art. 42 (5)",
        help="The supplier has the duty named in art. 42 (5) of the VAT act (P_42_5).",
    )

    l10n_pl_ksef_may_have_vehicles = fields.Boolean(
        "May Be of New Means of Transport",
        compute="_compute_l10n_pl_ksef_may_have_vehicles",
    )

    @api.depends("invoice_line_ids.tax_ids", "l10n_pl_ksef_vehicle_ids")
    def _compute_l10n_pl_ksef_may_have_vehicles(self):
        """New means of transport are told of supplies within the EU only (P_22)."""
        for move in self:
            rates = move.invoice_line_ids.tax_ids.mapped("l10n_pl_ksef_rate")
            move.l10n_pl_ksef_may_have_vehicles = (
                bool(move.l10n_pl_ksef_vehicle_ids) or SUPPLY_WITHIN_EU in rates
            )

    def _l10n_pl_ksef_annotations(self):
        annotations = super()._l10n_pl_ksef_annotations()
        if self.l10n_pl_ksef_vehicle_ids:
            lines = self._l10n_pl_ksef_shown_lines()
            numbers = {line: number for number, line in enumerate(lines, 1)}
            annotations.new_vehicles = fa3.NewVehicles(
                supply=fa3.NewVehicleSupply(
                    duty_art_42_5=self.l10n_pl_ksef_duty_art_42_5,
                    vehicles=[
                        vehicle._fa3(numbers[vehicle.line_id])
                        for vehicle in self.l10n_pl_ksef_vehicle_ids
                    ],
                )
            )
        return annotations

    def _l10n_pl_ksef_annotation_problems(self):
        yield from super()._l10n_pl_ksef_annotation_problems()
        shown = self._l10n_pl_ksef_shown_lines()
        for vehicle in self.l10n_pl_ksef_vehicle_ids:
            rate = self._l10n_pl_ksef_rated(vehicle.line_id).l10n_pl_ksef_rate
            if vehicle.line_id not in shown or rate != SUPPLY_WITHIN_EU:
                text = self.env._(
                    "New means of transport %(number)s: choose a line of this invoice "
                    "that is sold to another member state of the EU (WDT).",
                    number=vehicle.number or vehicle.make or "",
                )
                yield Problem(text, self, "l10n_pl_ksef_vehicle_ids")
