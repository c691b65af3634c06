"""What only people can do is told to them, once and in time."""

from odoo import fields

from .case import EnrolmentCase

PESEL = "85010112345"


class TestPersonal(EnrolmentCase):
    def connect_person(self):
        self.sandbox.control(
            "POST",
            "/permissions",
            {
                "nip": self.nip,
                "subject_pesel": PESEL,
                "permissions": ["InvoiceRead", "InvoiceWrite"],
            },
        )
        options = {"pesel": PESEL, "name": "Anna Nowak"}
        return self.connect(options=options)

    def ends_soon(self, certificate):
        certificate.valid_to = fields.Datetime.add(fields.Datetime.now(), days=40)

    def test_a_persons_certificate_is_told_to_that_person_and_not_renewed(self):
        anna = self.new_user("anna", "account_manager", email="anna@example.com")
        connection = self.connect_person()
        certificate = connection.certificate_id
        self.env.cr.execute(
            "UPDATE l10n_pl_ksef_certificate SET create_uid = %s WHERE id = %s",
            [anna.id, certificate.id],
        )
        self.env.invalidate_all()
        self.assertTrue(certificate.is_personal)
        self.ends_soon(certificate)
        self.let_cron_work(rounds=3)
        self.assertFalse(self.orders())
        self.assertEqual(connection.activity_ids.user_id, anna)
        notices = self.env["l10n_pl_ksef.notice"].sudo()
        told = notices.search([("type", "=", "certificate_to_renew")])
        self.assertEqual(told.res_id, certificate.id)

    def test_the_person_orders_the_next_one_with_one_button(self):
        connection = self.connect_person()
        certificate = connection.certificate_id
        self.assertTrue(certificate.is_renewable)
        certificate.action_renew()
        new = self.current("authentication")
        self.assertNotEqual(new, certificate)
        self.assertTrue(new._works())
        self.assertEqual(self.orders().replaces_id, certificate)

    def test_near_its_end_it_waits_for_the_person_and_the_window_needs_one_click(self):
        certificate = self.connect_person().certificate_id
        certificate.valid_to = fields.Datetime.add(fields.Datetime.now(), days=20)
        self.env.flush_all()
        lines = self.env["l10n_pl_ksef.attention"]
        (line,) = lines.search([("kind", "=", "certificate")])
        self.assertEqual((line.res_id, bool(line.button)), (certificate.id, True))
        action = line.action_do()
        window = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual((window.stage, window.obstacle), ("choose", False))
        window.action_order()
        self.assertEqual(self.orders().replaces_id, certificate)
        self.assertTrue(self.current("authentication")._works())
        self.assertFalse(lines.search([("kind", "=", "certificate")]))

    def test_a_companys_certificate_is_nobodys(self):
        self.assertFalse(self.connect().certificate_id.is_personal)


class TestTheWay(EnrolmentCase):
    def watch(self):
        self.env["l10n_pl_ksef.notification"]._cron_watch()
        notices = self.env["l10n_pl_ksef.notice"].sudo()
        return notices.search([("type", "=", "certificate_way")])

    def connect_by_token(self):
        connection = self.env["l10n_pl_ksef.connection"]._connect(
            self.company, "test", "token"
        )
        token = self.sandbox.token(self.nip)
        connection.ksef_token_sealed = connection._seal_token(token)
        connection.action_authorise()
        return self.settle(connection)

    def test_who_connected_by_token_is_shown_the_way_once_with_its_date(self):
        connection = self.connect_by_token()
        day = self.env["l10n_pl_ksef.legal.fact"]._date("token_life")
        (told,) = self.watch()
        self.assertIn(str(day.year), told.details)
        self.assertEqual(connection._way_to_certificates(), told.details)
        self.assertEqual(self.watch(), told)

    def test_who_connected_by_certificate_is_told_nothing(self):
        connection = self.connect()
        self.assertFalse(self.watch())
        self.assertFalse(connection.certificate_way)

    def test_it_is_no_threat(self):
        text = self.connect_by_token()._way_to_certificates().lower()
        for word in ("penalt", "fine ", "must", "sanction", "kara"):
            self.assertNotIn(word, text)
