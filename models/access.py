"""Who may do what to which company's record: one check before any ``sudo()``.

The rule is a table, ``docs/security.md``; ``tests/rights`` walks over every public
method and compares. Public methods (no leading underscore) are called over RPC by
anybody, so each of ours begins with ``@allowed(...)``.
"""

import base64
import functools

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import clean_context

EMPLOYEE = "base.group_user"
AUDITOR = "account.group_account_readonly"
BILLING = "account.group_account_invoice"
BANKING = "account.group_account_basic"
ADMINISTRATOR = "account.group_account_manager"


def is_in(env, *groups):
    """Tell whether the code that runs is Odoo's own, or the user is in a group."""
    return env.su or any(env.user.has_group(group) for group in groups)


def check_allowed(records, *groups, operation="read"):
    """Refuse who may not command these records, before anything is done.

    :param records: as the user has them, not ``sudo()``; empty for a model's method
    :param groups: one of them is needed
    :param operation: what Odoo must allow on the records: ``read`` where only code of
        this add-on writes them
    :raise AccessError: wrong group, no access to a record, another company's record
    """
    if records.env.su:
        return
    check_group(records.env, *groups)
    check_own(records, operation)
    if isinstance(records, Window):
        check_named(records)


def check_group(env, *groups):
    """:raise AccessError: the user is in none of these groups"""
    if not is_in(env, *groups):
        raise AccessError(
            env._("You may not do this: ask an accounting administrator.")
        )


def check_own(records, operation="read"):
    """Refuse records that the user has no access to, or that are another company's.

    :raise AccessError: on the first that is not the user's own
    """
    records = records._origin
    companies = records
    if records._name != "res.company":
        records.check_access(operation)
        has_company = "company_id" in records._fields
        companies = records.company_id if has_company else records.env["res.company"]
    if records._name == "res.users":
        # People belong to each company that they work in.
        companies = records.filtered(
            lambda user: not user.company_ids & records.env.user.company_ids
        ).company_id
    # Asked for, so that a context with a foreign company is refused by Odoo. What
    # counts is where the user works, whichever companies are chosen at the moment;
    # a rule of Odoo's shows every company to whoever manages users.
    own = records.env.companies | records.env.user.company_ids
    if companies - own and not records.env.su:
        raise AccessError(records.env._("This belongs to a company that is not yours."))


def check_named(windows):
    """Refuse windows that name what is not the user's: a company, a connection,
    invoices.

    :raise AccessError: of what is named
    """
    for name, field in windows._fields.items():
        if field.store and field.type in ("many2one", "many2many", "one2many"):
            if name not in models.MAGIC_COLUMNS:
                # sudo: what the user may not read is not left out, but refused
                check_own(windows.sudo()[name].with_env(windows.env))


def allowed(*groups, operation="read"):
    """Return a decorator: the method is refused before it begins (``check_allowed``).

    Nor does it take what a caller's context proposes (``default_…``) for records that
    it makes. Below ``@api.model``, where a method has both.
    """

    def decorate(method):
        @functools.wraps(method)
        def checked(self, *args, **kwargs):
            check_allowed(self, *groups, operation=operation)
            return method(undictated(self), *args, **kwargs)

        return checked

    return decorate


def undictated(records):
    """Return these without what the context proposes for new records."""
    context = clean_context(records.env.context)
    if len(context) == len(records.env.context):
        return records
    return records.with_env(records.env(context=context))


class Base(models.AbstractModel):
    """What only code writes, no caller's context proposes either.

    Anybody may send any context over RPC. Its ``default_…`` fill the fields that a
    record is made without, those of ``sudo()`` with no question asked: state, number
    and files of a document, say.
    """

    _inherit = "base"

    @api.model
    def default_get(self, fields):
        # EXTENDS 'base'
        if self.env.su:
            self = self._l10n_pl_ksef_undictated()  # noqa: PLW0642
        return super().default_get(fields)

    def _l10n_pl_ksef_undictated(self):
        """Return this model without what the context proposes of what code writes."""
        if self._name.startswith("l10n_pl_ksef."):
            return undictated(self)
        context = self.env.context
        named = {key: key.removeprefix("default_") for key in context}
        owned = [
            key
            for key, name in named.items()
            if key != name
            and name in self._fields
            and self._l10n_pl_ksef_owns(self._fields[name])
        ]
        if not owned:
            return self
        kept = {key: value for key, value in context.items() if key not in owned}
        return self.with_env(self.env(context=kept))

    def _l10n_pl_ksef_owns(self, field):
        """Tell whether a field of Odoo's model is written by this add-on only."""
        ours = field.name.startswith("l10n_pl_ksef_")
        return bool(ours and field.readonly and field.store)


class KeptFields(models.AbstractModel):
    """A model that people may write, but for its ``readonly`` fields.

    Odoo takes these from whoever writes over RPC; here only code does (``sudo()``).
    """

    _name = "l10n_pl_ksef.kept.fields"
    _description = "KSeF: Record with Fields That Only Code Writes"

    def _has_field_access(self, field, operation):
        # EXTENDS 'base'
        kept = operation == "write" and field.store and field.readonly
        if kept and field.name not in models.MAGIC_COLUMNS and not self.env.su:
            return False
        return super()._has_field_access(field, operation)


class Window(models.AbstractModel):
    """A window (transient model) in which people command a company's records.

    Anybody may write any value over RPC: a window names nothing that is not its
    user's, also while its form is only being filled in. Who may open it is said by its
    access rights, that nobody opens another one's by its rule.
    """

    _name = "l10n_pl_ksef.window"
    _description = "KSeF: Window"

    @api.model_create_multi
    def create(self, vals_list):
        windows = super().create(vals_list)
        windows._check_named()
        return windows

    def write(self, vals):
        self._check_named()
        result = super().write(vals)
        self._check_named()
        return result

    def onchange(self, values, field_names, fields_spec):
        # EXTENDS 'web': what is computed from a record is shown before anything is kept
        names = [name for name in fields_spec if name in self._fields]
        self.new({**self.default_get(names), **values}, origin=self)._check_named()
        return super().onchange(values, field_names, fields_spec)

    def _check_named(self):
        if not self.env.su:
            check_named(self)

    def _chosen_file(self, name):
        """Return the bytes of a file that was chosen in the field ``name``.

        :raise UserError: what came is no file
        """
        return self._file_bytes(self.with_context(bin_size=False)[name] or b"")

    def _file_bytes(self, value):
        try:
            return base64.b64decode(value)
        except (ValueError, TypeError):
            raise UserError(
                self.env._("The file did not come whole. Choose it again.")
            ) from None
