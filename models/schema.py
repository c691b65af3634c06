import functools
from pathlib import Path

from odoo import api, models, tools

from ..ksef_api.fa3 import schema as fa3_schema


@functools.cache
def _loaded(directory):
    return fa3_schema.load_schema(directory) if directory else None


class Schema(models.AbstractModel):
    """Checks FA(3) files against the Ministry's schema, where it can be had.

    The schema is not part of this module. It is looked for in ``l10n_pl_ksef/xsd`` of
    Odoo's data directory, then in the Python package ``ksef-client``.
    """

    _name = "l10n_pl_ksef.schema"
    _description = "KSeF: FA(3) Schema"

    @api.model
    def _directory(self):
        own = Path(tools.config["data_dir"]) / "l10n_pl_ksef" / "xsd"
        return own if own.is_dir() else fa3_schema.find_schema()

    @api.model
    def _faults(self, xml):
        """Return sentences about ``xml`` (bytes); None when there is no schema here."""
        schema = _loaded(self._directory())
        if schema is None:
            return None
        return [self._sentence(fault) for fault in schema.validate(xml)]

    def _sentence(self, fault):
        where = self._where(fault)
        texts = {
            "too_long": self.env._("%(where)s is longer than %(limit)s characters."),
            "missing": self.env._("%(where)s is missing."),
            "not_allowed": self.env._("%(where)s may not stand there."),
            "digits": self.env._("%(where)s has too many digits: %(value)s."),
        }
        text = texts.get(fault.code) or self.env._(
            "%(where)s has a value that FA(3) does not allow: %(value)s."
        )
        return text % {"where": where, "limit": fault.limit, "value": fault.value}

    def _where(self, fault):
        if fault.line_number:
            return self.env._(
                "Line %(number)s: %(element)s",
                number=fault.line_number,
                element=fault.element,
            )
        return fault.element
