"""What an update to 19.0.2.0.0 does with bills that are there."""

from importlib.util import module_from_spec, spec_from_file_location

from odoo.tests import TransactionCase, tagged
from odoo.tools.misc import file_path


@tagged("post_install_l10n", "post_install", "-at_install")
class TestMigration(TransactionCase):
    def columns(self):
        self.env.cr.execute(
            "SELECT column_name FROM information_schema.columns "
            "WHERE table_name = 'account_move'"
        )
        return {name for (name,) in self.env.cr.fetchall()}

    def test_the_page_of_details_is_no_longer_stored(self):
        self.assertNotIn("l10n_pl_ksef_kept", self.columns())
        self.env.cr.execute("ALTER TABLE account_move ADD l10n_pl_ksef_kept text")
        script = file_path("l10n_pl_ksef/migrations/19.0.2.0.0/post-details.py")
        spec = spec_from_file_location("post_details", script)
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        module.migrate(self.env.cr, "19.0.1.1.0")
        self.assertNotIn("l10n_pl_ksef_kept", self.columns())
