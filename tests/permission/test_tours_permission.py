"""An accountant grants a permission and takes it back, in Chromium and in Polish."""

from odoo.tests import tagged

from ..connection.test_tours_connect import TourCase


@tagged("post_install_l10n", "post_install", "-at_install")
class TestToursPermission(TourCase):
    def test_a_person_is_granted_a_permission_and_loses_it(self):
        self.welcomed()
        self.connect()._ask_rights()
        self.tour("permissions")
        told = self.sandbox.control("GET", "/permissions")
        ended = [
            (operation["code"], "revoke" in operation)
            for operation in told["operations"]
        ]
        self.assertEqual(ended, [(200, False), (200, True)])
