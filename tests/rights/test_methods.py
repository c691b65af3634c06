"""Every public method, called over RPC by everybody, against ``docs/security.md``."""

from contextlib import ExitStack, contextmanager
from unittest.mock import patch

from .office import OfficeCase
from .table import OF_NO_COMPANY, methods, public_methods

# {method: why it is in no row}
ELSEWHERE = {
    "ir.http.session_info": "needs a request; it adds l10n_pl_ksef_greeting's answer",
}


class TestMethods(OfficeCase):
    """A new button is a new row: copy the row of one like it."""

    def test_every_public_method_has_a_row_and_every_row_a_method(self):
        found = public_methods(self.env.registry) - set(ELSEWHERE)
        rows = set(methods())
        self.assertEqual(found - rows, set(), "methods without a row")
        self.assertEqual(rows - found, set(), "rows without a method")

    def test_people_of_the_company_may_what_the_table_says(self):
        for kind, user in self.people.items():
            for name, row in methods().items():
                with self.subTest(kind=kind, method=name):
                    refused = self.call(user, self.company, name)
                    self.assertEqual(not refused, row[kind])

    def test_people_of_another_company_may_nothing(self):
        for kind, user in self.strangers.items():
            for name in methods():
                for company in (self.other_company, self.company):
                    with self.subTest(kind=kind, method=name, company=company):
                        if company == self.company or self.is_of_a_company(name):
                            self.assertTrue(self.call(user, company, name))

    def test_a_check_that_is_taken_out_is_seen(self):
        """Without its check, each of these is carried out, or has begun already."""
        stranger, auditor = self.strangers["administrator"], self.people["auditor"]
        for user, name in (
            (stranger, "l10n_pl_ksef.connection.action_disconnect"),
            (auditor, "account.move.action_l10n_pl_ksef_send"),
            (auditor, "l10n_pl_ksef.bill.action_ignore"),
        ):
            with self.subTest(user=user.login, method=name):
                self.assertTrue(self.call(user, user.company_id, name))
                with self.unchecked(name):
                    self.assertFalse(self.goes_by_the_table(user, name))

    def goes_by_the_table(self, user, name):
        """Tell whether it is refused, with nothing committed and nobody called."""
        try:
            return self.call(user, user.company_id, name)
        except AssertionError:
            return False

    @contextmanager
    def unchecked(self, name):
        """Take the decorator off a method, as if somebody had forgotten it."""
        model, _, method = name.rpartition(".")
        with ExitStack() as stack:
            for cls in type(self.env[model]).mro():
                member = vars(cls).get(method)
                if hasattr(member, "__wrapped__"):
                    bare = patch.object(cls, method, member.__wrapped__)
                    stack.enter_context(bare)
            yield

    def call(self, user, company, name):
        """Call it on our company's record; tell whether it was refused."""
        model, _, method = name.rpartition(".")
        with self.undone():
            if self.is_of_model(name):
                return self.refused(user, company, model, method)
            record = self.record_for(model, user, method)
            self.env.flush_all()
            self.env.invalidate_all()
            return self.refused(user, company, model, method, ids=record.ids)

    def is_of_a_company(self, name):
        """What is not works for the companies that its caller has: theirs."""
        model = name.rpartition(".")[0]
        return model not in OF_NO_COMPANY and not self.is_of_model(name)

    def is_of_model(self, name):
        model, _, method = name.rpartition(".")
        return getattr(getattr(self.env[model], method), "_api_model", False)
