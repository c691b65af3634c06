import functools
from pathlib import Path

from odoo import api, models, tools

from ...ksef_api import fa3
from ...ksef_api.errors import DocumentError
from ..picture.facts import Facts

# Parts that nobody thinks of as places of an invoice.
PLAIN = ("body", "identification")


@functools.cache
def _in_folder(folder):
    try:
        return fa3.Schema.load(folder)
    except DocumentError:
        return None


@functools.cache
def _in_package():
    return fa3.find_schema()


class Schema(models.AbstractModel):
    """Checks FA(3) documents before they go out.

    The Ministry's schema is not part of this module. It is looked for where an
    administrator may have put it (``l10n_pl_ksef/xsd`` of Odoo's data directory), then
    among what came from the Ministry by itself (``schema_source.py``), then in the
    Python package ``ksef-client``; without it only what the document model declares is
    checked.
    """

    _name = "l10n_pl_ksef.schema"
    _description = "KSeF: FA(3) Schema"

    @api.model
    def _loaded(self):
        """Return the compiled schema, or None when it is not to be had here."""
        return self._found()[1]

    @api.model
    def _found(self):
        """Return (source, compiled schema): of the first place that has it."""
        folder = Path(tools.config["data_dir"]) / "l10n_pl_ksef" / "xsd"
        for source, place in (
            ("folder", lambda: folder.is_dir() and _in_folder(folder)),
            ("ministry", self._from_attachments),
            ("package", _in_package),
        ):
            schema = place()
            if schema:
                return source, schema
        return None, None

    @api.model
    def _faults(self, invoice):
        """Return sentences about ``invoice`` (``fa3`` Invoice); none: it is valid."""
        return [self._sentence(f) for f in fa3.examine(invoice, self._loaded())]

    def _sentence(self, fault):
        """Return what is wrong, in the words of the invoice and not of its schema."""
        where = self._where(fault)
        texts = {
            "too_long": self.env._(
                "%(where)s is longer than %(limit)s characters.",
                where=where,
                limit=fault.limit,
            ),
            "too_many": self.env._(
                "%(where)s stands more than %(limit)s times.",
                where=where,
                limit=fault.limit,
            ),
            "missing": self.env._("%(where)s is missing.", where=where),
            "not_allowed": self.env._("%(where)s may not stand there.", where=where),
            "choice": self.env._(
                "%(where)s and what excludes it stand together; only one may.",
                where=where,
            ),
            "characters": self.env._(
                "%(where)s has characters that KSeF refuses: %(value)s.",
                where=where,
                value=ascii(fault.value),
            ),
        }
        return texts.get(fault.code) or self.env._(
            "%(where)s has a value that FA(3) does not allow: %(value)s.",
            where=where,
            value=fault.value,
        )

    def _where(self, fault):
        """Return what people call the place, and the element's name for those who
        look it up.
        """
        facts, chain = Facts(self.env), fa3.fields_of(fault)
        *around, name = [facts.label(*field) for field in chain] or [fault.element]
        if name != fault.element:
            name = f"{name} ({fault.element})"
        if fault.line_number:
            return self.env._(
                "Line %(number)s: %(element)s", number=fault.line_number, element=name
            )
        shown = [
            label
            for label, (_cls, field) in zip(around, chain, strict=False)
            if field not in PLAIN
        ]
        return f"{', '.join(shown)}: {name}" if shown else name
