"""Units of measure as Polish invoices write them (*P_8A*): the table."""

from odoo import api, fields, models

PIECE = "szt."
SERVICE = "usł."
UNIT = "uom.product_uom_unit"
# Odoo's own units; each can be changed on the unit itself. How the invoices of others
# write them is told in `bill/units.py`.
UNITS = {
    UNIT: PIECE,
    "uom.product_uom_pack_6": "op. (6 szt.)",
    "uom.product_uom_dozen": "tuz.",
    "uom.product_uom_hour": "godz.",
    "uom.product_uom_day": "dni",
    "uom.product_uom_minute": "min",
    "uom.product_uom_millimeter": "mm",
    "uom.product_uom_cm": "cm",
    "uom.product_uom_meter": "m",
    "uom.product_uom_km": "km",
    "uom.product_uom_square_meter": "m²",
    "uom.product_uom_milliliter": "ml",
    "uom.product_uom_litre": "l",
    "uom.product_uom_cubic_meter": "m³",
    "uom.product_uom_gram": "g",
    "uom.product_uom_kgm": "kg",
    "uom.product_uom_ton": "t",
    "uom.product_uom_kwh": "kWh",
}


class UomUom(models.Model):
    _inherit = "uom.uom"

    l10n_pl_ksef_unit = fields.Char(
        "Unit in KSeF",
        compute="_compute_l10n_pl_ksef_unit",
        store=True,
        readonly=False,
        help="How invoices in KSeF write this unit; empty: by its name (P_8A).",
    )

    @api.depends()
    def _compute_l10n_pl_ksef_unit(self):
        texts = {
            unit.id: text
            for name, text in UNITS.items()
            if (unit := self.env.ref(name, raise_if_not_found=False))
        }
        for unit in self:
            unit.l10n_pl_ksef_unit = texts.get(unit.id) or unit.l10n_pl_ksef_unit


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_pl_ksef_unit(self, line):
        """*P_8A* of a line of an invoice or an order. What has no unit is a piece, and
        a piece of a service is a service.
        """
        unit = line.product_uom_id
        is_service = line.product_id.type == "service"
        if is_service and unit == self.env.ref(UNIT, raise_if_not_found=False):
            return SERVICE
        name = unit.l10n_pl_ksef_unit or unit.with_context(lang="pl_PL").name
        return name or (SERVICE if is_service else PIECE)
