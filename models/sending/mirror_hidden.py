"""What is not for people: the fields of ``l10n_pl_edi``, which say the same as ours in
English, and what only our own code reads.
"""

from odoo import api, models

TWINS = "l10n_pl_edi_"
HIDDEN = ("searchable", "sortable", "groupable", "exportable")
INTERNAL = ("l10n_pl_ksef_printed",)
TWIN_NODES = f"""
    //field[starts-with(@name, '{TWINS}')]
    | //filter[contains(@domain, '{TWINS}') or contains(@context, '{TWINS}')]
"""


class AccountMove(models.Model):
    _inherit = "account.move"

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        # EXTENDS 'base': nobody is offered to filter, group or export by a twin. Other
        # modules still can.
        descriptions = super().fields_get(allfields, attributes)
        for name, description in descriptions.items():
            if name.startswith(TWINS) or name in INTERNAL:
                description.update({k: False for k in HIDDEN if k in description})
        return descriptions

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        # EXTENDS 'base': some builds of that module have filters and columns of theirs
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type in ("list", "search"):
            for node in arch.xpath(TWIN_NODES):
                node.getparent().remove(node)
        return arch, view
