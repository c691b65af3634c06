from importlib.util import module_from_spec, spec_from_file_location

from odoo.tools.misc import file_path

from .case import WorkplaceCase


class TestDesk(WorkplaceCase):
    """What was made is confirmed, approved or undone from the inbox."""

    def setUp(self):
        super().setUp()
        self.company.name = "My"
        self.clerk = self.person("clerk")

    def as_clerk(self, rows):
        return self.bills.browse(rows.ids).sudo(False).with_user(self.clerk)

    def test_many_are_confirmed_at_once_but_those_to_look_at(self):
        self.use("signs")
        rows = self.arrive(self.document(), self.document(number="2"))
        rows.signs = False
        rows[1].signs = "new_vendor"
        notice = self.as_clerk(rows).action_confirm()
        self.assertEqual(rows.move_id.mapped("state"), ["posted", "draft"])
        self.assertIn("bought from this vendor", notice["params"]["message"])
        self.as_clerk(rows[1]).action_confirm()
        self.assertEqual(rows[1].move_id.state, "posted")

    def test_what_cannot_be_posted_says_why_and_stops_no_other(self):
        rows = self.arrive(self.document(), self.document(number="2"))
        rows[0].move_id.partner_id = False
        notice = self.as_clerk(rows).action_confirm()
        self.assertEqual(rows.move_id.mapped("state"), ["draft", "posted"])
        self.assertEqual(notice["params"]["type"], "warning")

    def test_approved_and_posted_with_one_click(self):
        self.use("approval")
        self.company.l10n_pl_ksef_approval_from = 1
        self.company.l10n_pl_ksef_approver_id = self.clerk
        rows = self.arrive(self.document(), self.document(number="2"))
        self.as_clerk(rows).action_confirm()
        self.assertEqual(set(rows.move_id.mapped("state")), {"draft"})
        self.as_clerk(rows).action_approve()
        self.assertEqual(set(rows.move_id.mapped("state")), {"posted"})

    def test_a_draft_is_undone_and_not_made_again_by_itself(self):
        (row,) = self.arrive(self.document())
        move = row.move_id
        self.as_clerk(row).action_undo()
        self.assertEqual((row.state, row.move_id.id), ("new", False))
        self.assertFalse(move.exists())
        row.has_file = True
        self.assertTrue(row.is_undone)
        self.as_clerk(row).action_make_bill()
        self.assertMade(row)
        self.assertFalse(row.is_undone)

    def test_a_posted_bill_is_not_undone(self):
        (row,) = self.arrive(self.document())
        row.move_id.action_post()
        self.as_clerk(row).action_undo()
        self.assertEqual(row.move_id.state, "posted")

    def test_a_bill_that_was_linked_is_unlinked_and_stays(self):
        (row,) = self.arrive(self.document())
        move = row.move_id
        row.write({"state": "new", "move_id": False})
        row._link(move)
        self.as_clerk(row).action_undo()
        self.assertTrue(move.exists())
        self.assertEqual(row.state, "new")

    def test_bills_from_before_the_update_are_never_removed(self):
        (row,) = self.arrive(self.document())
        move = row.move_id
        self.env.flush_all()
        script = file_path("l10n_pl_ksef/migrations/19.0.2.0.0/post-linked.py")
        spec = spec_from_file_location("post_linked", script)
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        module.migrate(self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        self.as_clerk(row).action_undo()
        self.assertTrue(move.exists())
