"""The FA(3) schema comes by itself, from the Ministry's official address."""

import logging
from datetime import timedelta
from typing import NamedTuple

import requests

from odoo import api, fields, models, tools
from odoo.tools.xml_utils import load_xsd_files_from_url

from ...ksef_api import fa3
from ...ksef_api.errors import DocumentError
from ...ksef_api.fa3.fingerprint import fingerprint

_logger = logging.getLogger(__name__)

# Where the schema says of itself and of what it imports that it is.
OFFICIAL = "http://crd.gov.pl"
TYPES = "/xml/schematy/dziedzinowe/mf/2022/01/05/eD/DefinicjeTypy/"
# Puts another server in the place of the Ministry's.
TEST_SCHEMA_URL = "l10n_pl_ksef.test_schema_url"
# What the last attempt came to: "", "other" or "unreachable".
OUTCOME = "l10n_pl_ksef.schema_outcome"
PREFIX = "l10n_pl_ksef"
SECONDS = 10
AGAIN = timedelta(days=1)


class SchemaFile(NamedTuple):
    name: str
    path: str
    fingerprint: str


FILES = (
    SchemaFile(
        "schemat_FA(3)_v1-0E.xsd",
        "/wzor/2025/06/25/13775/schemat.xsd",
        "6ca6a4c09b509c57c29edab18ed51277c2d3151275e8fea6c7258dbe7f6669eb",
    ),
    SchemaFile(
        "StrukturyDanych_v10-0E.xsd",
        f"{TYPES}StrukturyDanych_v10-0E.xsd",
        "c9a5658978c3ce170b27e824b9262f750d16511ba4bb404f47cd90a575ae1767",
    ),
    SchemaFile(
        "ElementarneTypyDanych_v10-0E.xsd",
        f"{TYPES}ElementarneTypyDanych_v10-0E.xsd",
        "b4e97c579927df84c267f9e9ded4c149ef0cba5b0b63f1038b980d761ae4c3a9",
    ),
    SchemaFile(
        "KodyKrajow_v10-0E.xsd",
        f"{TYPES}KodyKrajow_v10-0E.xsd",
        "12a12ce669ae73d71c8a03e3e3428d37ec43a4f6b83fe1ffb3c50d7b3fee7d13",
    ),
)
# {(id and checksum of each attachment): compiled schema, None: not the known one}
_compiled = {}


class OtherFile(Exception):
    """The address gave another file than the one that this module knows."""


class Schema(models.AbstractModel):
    _inherit = "l10n_pl_ksef.schema"

    @api.model
    def _cron_fetch(self):
        """Take the schema from its official address; once a month, a day later when it
        could not be had.

        What is there already stays until all files of the next are there and known.
        """
        # sudo: a parameter of the system; nobody is shown it
        parameters = self.env["ir.config_parameter"].sudo()
        outcome = self._fetch()
        parameters.set_param(OUTCOME, outcome)
        if outcome:
            cron = self.env.ref("l10n_pl_ksef.ir_cron_schema")
            cron._trigger(at=fields.Datetime.now() + AGAIN)

    @api.model
    def _fetch(self):
        """Return what came of it: "" (well), "other" or "unreachable"."""
        # sudo: a parameter of the system; nobody is shown it
        parameters = self.env["ir.config_parameter"].sudo()
        server = parameters.get_param(TEST_SCHEMA_URL) or OFFICIAL
        try:
            with self.env.cr.savepoint():
                for file in FILES:
                    self._fetch_file(server, file)
        except OtherFile as error:
            _logger.warning("KSeF: %s has another FA(3) schema: %s", server, error)
            return "other"
        except (requests.RequestException, ConnectionError) as error:
            _logger.info("KSeF: no FA(3) schema from %s: %s", server, error)
            return "unreachable"
        finally:
            self.env.registry.clear_cache()
        return ""

    @api.model
    def _fetch_file(self, server, file):
        """Let Odoo's loader keep one file as an attachment, once it proves right.

        :raise OtherFile: it is not the file that is known
        :raise ConnectionError: there is none
        """

        def checked(content):
            try:
                is_known = fingerprint(content) == file.fingerprint
            except DocumentError:
                is_known = False
            if not is_known:
                raise OtherFile(file.name)
            return content

        found = load_xsd_files_from_url(
            # sudo: attachments of nobody are the administrator's
            self.sudo().env,
            f"{server}{file.path}",
            file_name=file.name,
            request_max_timeout=SECONDS,
            xsd_name_prefix=PREFIX,
            modify_xsd_content=checked,
        )
        if not found:
            raise ConnectionError(file.name)

    @api.model
    @tools.ormcache()
    def _fetched(self):
        """Return ((id, checksum), ...) of the attachments, empty unless all are there.

        The table of attachments is large, and has no index by name.
        """
        names = [f"{PREFIX}.{file.name}" for file in FILES]
        # sudo: whoever sends may read the schema
        found = self.env["ir.attachment"].sudo().search([("name", "in", names)])
        known = tuple(sorted((file.id, file.checksum) for file in found))
        return known if len(known) == len(FILES) else ()

    @api.model
    def _from_attachments(self):
        """Return the compiled schema of the attachments, None where they are not."""
        known = self._fetched()
        if known and known not in _compiled:
            _compiled[known] = self._compile([id_ for id_, _checksum in known])
        return _compiled.get(known)

    @api.model
    def _compile(self, ids):
        # sudo: whoever sends may read the schema
        attachments = self.env["ir.attachment"].sudo().browse(ids).exists()
        contents = {a.name.removeprefix(f"{PREFIX}."): a.raw for a in attachments}
        try:
            if any(
                fingerprint(contents[file.name]) != file.fingerprint for file in FILES
            ):
                raise DocumentError("bad_schema", "not the known one")
            return fa3.Schema.from_files(contents)
        except (DocumentError, KeyError) as error:
            _logger.warning("KSeF: the FA(3) schema kept here is not used: %s", error)
            return None
