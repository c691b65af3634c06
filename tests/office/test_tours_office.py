"""The page of an office's companies, in the browser."""

from odoo.tests import tagged

from ..connection.test_tours_connect import TourCase
from .test_office import OfficeCase


@tagged("post_install_l10n", "post_install", "-at_install")
class TestToursOffice(OfficeCase, TourCase):
    def test_a_company_that_is_not_chosen_opens_at_the_first_click(self):
        self.welcomed()
        self.accountant.company_ids |= self.clients
        self.grant(self.clients[0])
        self.connect_many(self.clients[0])
        self.tour("office_opens", "/odoo/ksef-companies")
