from lxml import etree

from ...models.workplace.parts import DESK, MENUS, PARTS
from .case import WorkplaceCase

VIEWS = {
    "account.move": (
        ("form", "account.view_move_form"),
        ("list", "account.view_in_invoice_bill_tree"),
        ("kanban", "account.view_account_move_kanban"),
        ("search", None),
    ),
    "l10n_pl_ksef.bill": (
        ("form", None),
        ("list", None),
        ("kanban", None),
        ("search", None),
    ),
}


class TestParts(WorkplaceCase):
    """A company that uses none of it sees no new field, column or menu."""

    def names(self, user):
        """Return the names in all views of bills, as ``user`` gets them."""
        found = set()
        for model, views in VIEWS.items():
            records = self.env[model].with_user(user)
            for kind, name in views:
                view = name and self.env.ref(name).id
                arch = etree.fromstring(records.get_view(view, kind)["arch"])
                found |= {(model, node.get("name")) for node in arch.iter()}
        return found

    def ours(self, names, parts=tuple(PARTS)):
        own = {name for part in parts for name in PARTS[part]}
        return {
            (model, name)
            for model, name in names
            if name in own and (model != "account.move" or "l10n_pl_ksef_" in name)
        }

    def menus(self, user):
        menus = self.env["ir.ui.menu"].with_user(user).load_menus(False)
        xmlids = {menu.get("xmlid") for menu in menus.values()}
        names = {f"l10n_pl_ksef.{name}" for part in MENUS for name in MENUS[part]}
        return xmlids & names

    def test_nothing_of_it_is_seen_before_it_is_used(self):
        user = self.person("clerk", "manager")
        names = self.names(user)
        self.assertFalse(self.ours(names))
        self.assertFalse({name for _model, name in names}.intersection(DESK))
        self.assertFalse(self.menus(user))
        for model in VIEWS:
            fields = self.env[model].with_user(user).fields_get()
            for part in PARTS:
                for name in PARTS[part]:
                    if name in fields and "l10n_pl_ksef_" in name:
                        with self.subTest(model=model, field=name):
                            self.assertFalse(fields[name].get("searchable"))

    def test_each_part_is_seen_by_those_who_use_it(self):
        user = self.person("clerk", "manager")
        for part in PARTS:
            if not PARTS[part]:
                continue
            with self.subTest(part):
                self.company[f"l10n_pl_ksef_use_{part}"] = True
                self.assertTrue(self.ours(self.names(user), [part]))
                self.assertEqual(
                    {f"l10n_pl_ksef.{name}" for name in MENUS.get(part, ())},
                    self.menus(user),
                )
                self.company[f"l10n_pl_ksef_use_{part}"] = False

    def test_the_digest_can_be_chosen_where_it_is_used(self):
        user = self.person("clerk", "manager")
        notifications = self.env["l10n_pl_ksef.notification"].sudo()
        types = notifications._of_user(user, self.company).mapped("type")
        self.assertNotIn("bills_mine", types)
        self.use("responsible")
        types = notifications._of_user(user, self.company).mapped("type")
        self.assertIn("bills_mine", types)
