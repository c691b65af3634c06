"""Buyers and third parties of every kind."""

from decimal import Decimal

from odoo import Command

from ...ksef_api import fa3
from ..common import make_nip
from .case import Fa3Case


class TestFa3Parties(Fa3Case):
    def foreigner(self, country, vat):
        return self.env["res.partner"].create(
            {
                "name": "Kunde",
                "is_company": True,
                "country_id": self.env.ref(f"base.{country}").id,
                "vat": vat,
                "city": "Berlin",
                "l10n_pl_ksef_is_consumer": country == "pl",
            }
        )

    def buyer(self, partner):
        move = self.invoice(("Towar", 1, 10, self.tax_23), partner=partner)
        return self.document(move).buyer.identification

    def test_a_buyer_in_the_union_has_prefix_and_number(self):
        found = self.buyer(self.foreigner("de", "DE123456788"))
        self.assertEqual(found.eu_vat, fa3.EuVat(country="DE", number="123456788"))

    def test_a_greek_buyer_has_the_prefix_el(self):
        found = self.buyer(self.foreigner("gr", "EL123456783"))
        self.assertEqual(found.eu_vat.country, "EL")

    def test_a_buyer_elsewhere_has_another_number(self):
        found = self.buyer(self.foreigner("us", "12-3456789"))
        self.assertEqual(found.other_id.country, "US")

    def test_a_consumer_has_no_number(self):
        partner = self.foreigner("pl", False)
        partner.l10n_pl_ksef_is_consumer = True
        self.assertTrue(self.buyer(partner).no_id)

    def test_the_numbers_own_prefix_says_where_it_is_from(self):
        polish = make_nip("oddział")
        german = fa3.EuVat(country="DE", number="123456788")
        irish = fa3.EuVat(country="XI", number="123456789")
        for country, vat, wanted in (
            ("de", f"PL{polish}", {"nip": polish}),
            (
                "at",
                "DE123456788",
                {"eu_vat": german},
            ),
            (
                "uk",
                "XI123456789",
                {"eu_vat": irish},
            ),
            ("ch", "CHE123", {"other_id": fa3.OtherId(country="CH", number="CHE123")}),
            ("pl", "/", {"no_id": True}),
        ):
            with self.subTest(country=country, vat=vat):
                partner = self.env["res.partner"].with_context(no_vat_validation=True)
                made = partner.create(
                    {
                        "name": "Kunde",
                        "is_company": True,
                        "vat": vat,
                        "country_id": self.env.ref(f"base.{country}").id,
                        "l10n_pl_ksef_is_consumer": vat == "/",
                    }
                )
                found = self.buyer(made)
                for name, value in wanted.items():
                    self.assertEqual(getattr(found, name), value)

    def test_a_nameless_place_of_delivery_has_the_name_of_its_company(self):
        other = self._partner("Magazyn sp. z o.o.", make_nip("magazyn"))
        place = self.env["res.partner"].create(
            {"type": "delivery", "parent_id": other.id, "city": "Radom"}
        )
        move = self.invoice(partner_shipping_id=place.id)
        (party,) = self.document(move).third_parties
        self.assertEqual(party.identification.name, "Magazyn sp. z o.o.")

    def test_third_parties_stand_with_their_roles(self):
        factor = self._partner("Faktor S.A.", make_nip("factor"))
        unit = self._partner("Szkoła nr 1", False, vat=False)
        unit.l10n_pl_ksef_internal_id = f"{make_nip('gmina')}-12345"
        self.customer.l10n_pl_ksef_jst = True
        move = self.invoice(
            l10n_pl_ksef_party_ids=[
                Command.create({"partner_id": factor.id, "role": "1"}),
                Command.create({"partner_id": unit.id, "role": "8"}),
            ]
        )
        document = self.document(move)
        roles = [party.role.value for party in document.third_parties]
        self.assertEqual(roles, ["1", "8"])
        self.assertTrue(document.third_parties[1].identification.internal_id)
        self.assertTrue(document.buyer.jst)

    def test_an_additional_buyer_has_a_share(self):
        other = self._partner("Wspólnik", make_nip("partner"))
        move = self.invoice(
            l10n_pl_ksef_party_ids=[
                Command.create({"partner_id": other.id, "role": "4", "share": 50})
            ]
        )
        self.assertEqual(self.document(move).third_parties[0].share, Decimal("50"))
