"""Records read, written, created and deleted directly, against ``docs/security.md``."""

from .office import OfficeCase
from .table import OF_NO_COMPANY, models_of_ours, records

LETTERS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}


class TestRecords(OfficeCase):
    def test_every_model_has_a_row_and_every_row_a_model(self):
        self.assertEqual(models_of_ours(self.env.registry), set(records()))

    def test_every_model_has_a_rule_that_knows_companies_or_their_user(self):
        for name in models_of_ours(self.env.registry) - {
            "l10n_pl_ksef.call",
            "l10n_pl_ksef.white.list",
            "l10n_pl_ksef.legal.fact",
        }:
            rules = self.env["ir.rule"].search([("model_id.model", "=", name)])
            domains = " ".join(rules.mapped("domain_force"))
            with self.subTest(name):
                own = "user.id" in domains
                self.assertTrue("company_ids" in domains or own)
                self.assertTrue(own or not self.env[name].is_transient())

    def test_people_of_the_company_may_what_the_table_says(self):
        for kind, user in self.people.items():
            for model, row in records().items():
                for letter in LETTERS:
                    with self.subTest(kind=kind, model=model, letter=letter):
                        refused = self.attempt(user, self.company, model, letter)
                        self.assertEqual(not refused, letter in row[kind])

    def test_people_of_another_company_may_nothing(self):
        for kind, user in self.strangers.items():
            for model in records():
                if model not in OF_NO_COMPANY:
                    for letter in LETTERS:
                        with self.subTest(kind=kind, model=model, letter=letter):
                            company = self.other_company
                            self.assertTrue(self.attempt(user, company, model, letter))

    def attempt(self, user, company, model, letter):
        """Do it with our company's record; tell whether it was refused."""
        with self.undone():
            if letter == "c":
                values = {**self.given(model)}
                if company != self.company and "company_id" in self.env[model]._fields:
                    values.setdefault("company_id", self.company.id)
                return self.refused(user, company, model, "create", values)
            ids = self.record_for(model, user).ids
            self.assertTrue(ids, model)
            self.env.flush_all()
            self.env.invalidate_all()
            args = {"r": [["display_name"]], "w": [{}], "d": []}[letter]
            return self.refused(user, company, model, LETTERS[letter], *args, ids=ids)
