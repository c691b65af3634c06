"""Abbreviations of units as Polish invoices write them (*P_8A*) -> Odoo's units."""

UNITS = {
    "uom.product_uom_unit": "szt sztuka sztuki sztuk pcs pc c62 h87 unit j jedn el usł",
    "uom.product_uom_pack_6": "op(6szt)",
    "uom.product_uom_dozen": "tuzin tuz dzn",
    "uom.product_uom_hour": "h godz godzina godziny godzin rbh r-g rg hur hour hours",
    "uom.product_uom_day": "dzień dzien dni doba dób doby day days",
    "uom.product_uom_minute": "min minuta minuty minut",
    "uom.product_uom_millimeter": "mm mmt",
    "uom.product_uom_cm": "cm cmt",
    "uom.product_uom_meter": "m mb metr metry metrów mtr",
    "uom.product_uom_km": "km kmt",
    "uom.product_uom_square_meter": "m2 m² mkw mtk",
    "uom.product_uom_milliliter": "ml mlt",
    "uom.product_uom_litre": "l litr litry litrów ltr lt dm3",
    "uom.product_uom_cubic_meter": "m3 m³ mtq",
    "uom.product_uom_gram": "g gr gram gramy gramów grm",
    "uom.product_uom_kgm": "kg kgm kilogram kilogramy kilogramów",
    "uom.product_uom_ton": "t tona tony ton tne",
    "uom.product_uom_kwh": "kwh",
}
XMLID_BY_NAME = {
    name: xmlid for xmlid, names in UNITS.items() for name in names.split()
}


def plain_unit(text):
    """Return a unit as it is compared: "M.b." is "mb", "szt. " is "szt"."""
    return "".join((text or "").replace(".", "").split()).casefold()


def find_units(env, texts):
    """Return ``{plain unit: uom.uom}`` of the units that are understood.

    The table counts first, then units of the same name (in the user's language).

    :param texts: units as the document writes them
    """
    wanted = {plain_unit(text) for text in texts if text}
    found = {}
    for name in wanted & XMLID_BY_NAME.keys():
        if unit := env.ref(XMLID_BY_NAME[name], raise_if_not_found=False):
            found[name] = unit
    if wanted - found.keys():
        # Companies have some dozens of units: reading them all costs one query.
        for unit in env["uom.uom"].search([("active", "=", True)]):
            if (name := plain_unit(unit.name)) in wanted:
                found.setdefault(name, unit)
    return found
