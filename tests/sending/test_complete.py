from odoo.tests import Form

from ..common import KsefCase

PERSON = {"disable_abnormal_invoice_detection": False}


class CompleteCase(KsefCase):
    """A company that sends on validation."""

    def setUp(self):
        super().setUp()
        self.connection = self.connect()
        self.company.l10n_pl_ksef_send_on_validation = True

    def draft(self, *lines, **values):
        return self.invoice(*lines, post=False, **values)

    def exempt(self, **values):
        return self.draft(("Szkolenie", 1, 100, self.tax_zw), **values)

    def window(self, action):
        self.assertEqual(action["res_model"], "l10n_pl_ksef.complete")
        return self.env[action["res_model"]].browse(action["res_id"])

    def confirm(self, moves):
        """What a person's click on Confirm returns."""
        return moves.with_context(**PERSON).action_post()


class TestBeforePosting(CompleteCase):
    """What is missing is told before the invoice gets its number."""

    def test_nothing_is_asked_of_a_complete_invoice(self):
        invoice = self.draft()
        self.assertFalse(self.confirm(invoice))
        self.assertEqual(invoice.l10n_pl_ksef_state, "queued")

    def test_an_incomplete_invoice_keeps_its_number_to_come(self):
        invoice = self.exempt()
        window = self.window(self.confirm(invoice))
        self.assertEqual(invoice.state, "draft")
        self.assertFalse(invoice.l10n_pl_ksef_document_ids)
        (alert,) = window.alerts.values()
        self.assertIn("legal basis", alert["message"])
        self.assertEqual(alert["level"], "danger")
        self.assertFalse(window.has_warnings_only)

    def test_a_link_leads_to_the_very_field(self):
        window = self.window(self.confirm(self.exempt()))
        (alert,) = window.alerts.values()
        place = {
            "model": "account.tax",
            "id": self.tax_zw.id,
            "field": "l10n_pl_ksef_exemption",
        }
        self.assertEqual(alert["action"]["params"], place)

    def test_who_may_not_change_taxes_is_led_to_the_line(self):
        invoice = self.exempt()
        clerk = self.new_user("fakturzystka")
        with self.with_user(clerk.login):
            window = self.window(self.confirm(invoice.with_env(self.env)))
            (alert,) = window.alerts.values()
        line = invoice.invoice_line_ids
        place = {
            "model": "account.move",
            "id": invoice.id,
            "field": "invoice_line_ids",
            "row": line.id,
            "column": "l10n_pl_ksef_exemption",
        }
        self.assertEqual(alert["action"]["params"], place)

    def test_the_basis_on_the_line_stands_in_the_document(self):
        invoice = self.exempt()
        with Form(invoice) as form, form.invoice_line_ids.edit(0) as line:
            line.l10n_pl_ksef_exemption = "art. 43 ust. 1 pkt 29"
        self.assertFalse(self.confirm(invoice))
        annotations = invoice._l10n_pl_ksef_invoice().body.annotations
        self.assertEqual(annotations.exemption.act, "art. 43 ust. 1 pkt 29")

    def test_the_basis_on_the_product_stands_in_the_document(self):
        self.product_a.l10n_pl_ksef_exemption = "art. 43 ust. 1 pkt 26"
        self.product_a.l10n_pl_ksef_exemption_kind = "directive"
        invoice = self.exempt()
        invoice.invoice_line_ids.product_id = self.product_a
        invoice.invoice_line_ids.tax_ids = self.tax_zw
        self.assertFalse(self.confirm(invoice))
        annotations = invoice._l10n_pl_ksef_invoice().body.annotations
        self.assertEqual(annotations.exemption.directive, "art. 43 ust. 1 pkt 26")

    def test_a_warning_lets_confirm_all_the_same(self):
        self.company.l10n_pl_ksef_send_on_validation = False
        first, original = self.invoice(), self.invoice()
        first._l10n_pl_ksef_send()
        self.process(self.connection)
        refund = original._reverse_moves([{"invoice_date": original.invoice_date}])
        window = self.window(self.confirm(refund))
        (alert,) = window.alerts.values()
        self.assertEqual(alert["level"], "warning")
        self.assertTrue(window.has_warnings_only)
        window.action_go_on()
        self.assertEqual(refund.state, "posted")

    def test_of_many_the_complete_ones_go_on_and_the_others_are_listed(self):
        invoices = self.draft() | self.exempt() | self.draft()
        action = invoices.action_validate_moves_with_confirmation()
        window = self.window(action)
        self.assertEqual(window.move_ids, invoices[1])
        self.assertIn("2", window.told)
        self.assertEqual(
            invoices.mapped("state"), ["posted", "draft", "posted"], window.told
        )

    def test_programs_that_post_are_not_stopped(self):
        invoice = self.exempt()
        invoice.action_post()
        self.assertEqual(invoice.state, "posted")

    def test_a_draft_without_date_in_a_currency_is_looked_at(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        invoice = self.draft(invoice_date=False, currency_id=euro.id)
        self.assertIsInstance(invoice._l10n_pl_ksef_problems(), list)

    def test_what_odoo_asks_it_asks_all_the_same(self):
        partner = self._partner("Bez Numeru sp. z o.o.", "", vat=False)
        invoice = self.draft(partner=partner)
        window = self.window(self.confirm(invoice))
        asked = []
        moves = type(invoice)
        self.patch(
            moves,
            "_post",
            lambda move, soft=True: asked.append(
                move.env.context["disable_abnormal_invoice_detection"]
            ),
        )
        window.action_consumers()
        self.assertEqual(asked, [False])

    def test_what_does_not_go_to_ksef_is_not_asked_about(self):
        self.customer.l10n_pl_ksef_is_excluded = True
        invoice = self.exempt()
        self.assertFalse(self.confirm(invoice))
        self.assertEqual(invoice.state, "posted")


class TestToComplete(CompleteCase):
    """What KSeF never saw is no rejection."""

    def setUp(self):
        super().setUp()
        self.incomplete = self.exempt()
        self.incomplete.action_post()
        self.process(self.connection)

    def test_its_state_is_to_complete(self):
        self.assertEqual(self.incomplete.l10n_pl_ksef_state, "incomplete")
        self.assertFalse(self.incomplete.l10n_pl_edi_status)
        notices = self.env["l10n_pl_ksef.notice"].sudo().search([])
        self.assertIn("invoice_incomplete", notices.mapped("type"))
        self.assertNotIn("invoice_rejected", notices.mapped("type"))

    def test_nobody_has_seen_it_so_it_can_be_deleted(self):
        self.incomplete.button_draft()
        self.incomplete.with_context(force_delete=True).unlink()
        self.assertFalse(self.incomplete.exists())

    def test_completed_it_is_sent(self):
        window = self.window(self.incomplete.action_l10n_pl_ksef_send())
        self.assertEqual(window.purpose, "send")
        self.tax_zw.l10n_pl_ksef_exemption = "art. 43 ust. 1 pkt 29"
        self.incomplete.action_l10n_pl_ksef_send()
        self.process(self.connection)
        self.assertEqual(self.incomplete.l10n_pl_ksef_state, "accepted")

    def test_of_many_the_complete_ones_are_sent(self):
        other = self.invoice()
        window = self.window((other | self.incomplete).action_l10n_pl_ksef_send())
        self.process(self.connection)
        self.assertEqual(other.l10n_pl_ksef_state, "accepted")
        self.assertEqual(window.move_ids, self.incomplete)


class TestForgottenNip(CompleteCase):
    """A company in Poland without a NIP is asked about, not taken for a consumer."""

    def setUp(self):
        super().setUp()
        self.nameless = self._partner("Bez Numeru sp. z o.o.", "", vat=False)

    def test_it_is_asked_about_before_posting(self):
        invoice = self.draft(partner=self.nameless)
        window = self.window(self.confirm(invoice))
        (alert,) = window.alerts.values()
        self.assertIn("without a NIP", alert["message"])
        self.assertEqual(alert["action"]["params"]["field"], "vat")
        self.assertTrue(window.lacks_nip)

    def test_the_choice_is_kept_and_confirms(self):
        invoice = self.draft(partner=self.nameless)
        self.window(self.confirm(invoice)).action_consumers()
        self.assertTrue(self.nameless.l10n_pl_ksef_is_consumer)
        self.assertEqual(invoice.state, "posted")
        self.assertFalse(invoice.l10n_pl_ksef_state)

    def test_with_its_nip_it_is_sent(self):
        invoice = self.draft(partner=self.nameless)
        self.nameless.vat = self.customer.vat
        self.assertFalse(self.confirm(invoice))
        self.assertEqual(invoice.l10n_pl_ksef_state, "queued")

    def test_sending_asks_too(self):
        self.company.l10n_pl_ksef_send_on_validation = False
        invoice = self.invoice(partner=self.nameless)
        window = self.window(invoice.action_l10n_pl_ksef_send())
        self.assertFalse(self.sandbox.ledger(self.nip))
        window.action_consumers()
        self.process(self.connection)
        self.assertEqual(len(self.sandbox.ledger(self.nip)), 1)

    def test_a_person_without_a_number_is_a_consumer(self):
        person = self.env["res.partner"].create(
            {"name": "Jan Kowalski", "country_id": self.env.ref("base.pl").id}
        )
        invoice = self.draft(partner=person)
        self.assertFalse(self.confirm(invoice))
        self.assertEqual(invoice.state, "posted")
        self.assertFalse(invoice.l10n_pl_ksef_state)


class TestTwins(KsefCase):
    """What `l10n_pl_edi` says in English beside ours is not offered to people."""

    def twins(self, attribute):
        described = self.env["account.move"].fields_get(attributes=[attribute])
        return {
            name
            for name, description in described.items()
            if name.startswith("l10n_pl_edi_") and description.get(attribute)
        }

    def test_no_twin_is_offered_in_filters_groups_and_exports(self):
        for attribute in ("searchable", "groupable", "sortable", "exportable"):
            self.assertFalse(self.twins(attribute), attribute)

    def test_ours_are_offered(self):
        described = self.env["account.move"].fields_get(["l10n_pl_ksef_number"])
        number = described["l10n_pl_ksef_number"]
        self.assertTrue(number["searchable"] and number["exportable"])

    def test_filters_and_columns_of_other_builds_are_taken_out(self):
        for kind, xml_id, node in (
            (
                "search",
                "account.view_account_invoice_filter",
                "<xpath expr='//search' position='inside'><filter name='twin' "
                "string='KSeF Status' context=\"{'group_by': 'l10n_pl_edi_status'}\"/>"
                "</xpath>",
            ),
            (
                "list",
                "account.view_invoice_tree",
                "<xpath expr='//field[@name=\"name\"]' position='after'>"
                "<field name='l10n_pl_edi_number' optional='show'/></xpath>",
            ),
        ):
            base = self.env.ref(xml_id)
            self.env["ir.ui.view"].create(
                {
                    "name": "another build",
                    "model": "account.move",
                    "inherit_id": base.id,
                    "arch": f"<data>{node}</data>",
                }
            )
            arch = self.env["account.move"].get_view(base.id, kind)["arch"]
            self.assertNotIn("l10n_pl_edi_", arch, kind)

    def test_other_modules_can_still_search_by_them(self):
        found = self.env["account.move"].search([("l10n_pl_edi_number", "=", "x")])
        self.assertFalse(found)
