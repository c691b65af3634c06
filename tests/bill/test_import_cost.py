"""What a bill costs beyond plain `create` of it: queries are counted, not seconds."""

from decimal import Decimal

from odoo import Command
from odoo.tests import tagged

from ...ksef_api import fa3
from ...models.bill.pipeline import BillImport
from .importing import ImportCase

# Vendor, currency, rates, units, products, account, cron: looked up once for a bill.
MOST_BEYOND = 20


@tagged("post_install_l10n", "post_install", "-at_install")
class TestImportCost(ImportCase):
    def of_lines(self, count):
        """Return a document of so many lines."""
        net = Decimal(100) * count
        vat = Decimal(23) * count
        return self.document(
            number=f"FV/{count}",
            lines=[self.line(number) for number in range(1, count + 1)],
            net_23=net,
            vat_23=vat,
            total=net + vat,
        )

    def queries(self, work):
        """Return how many queries ``work`` needs, when nothing is in the cache."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        work()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def from_inbox(self, count):
        read = fa3.read(fa3.write(self.of_lines(count)))
        moves = self.env["account.move"]
        return moves._l10n_pl_ksef_create_bill(BillImport(read), self.journal)

    def beyond_create(self, count):
        """Return how many queries a bill needs beyond `create` with its values."""
        bill = self.from_inbox(count)
        names = ("move_type", "ref", "invoice_date", "invoice_date_due")
        values = {
            **{name: bill[name] for name in names},
            "journal_id": self.journal.id,
            "partner_id": bill.partner_id.id,
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": line.name,
                        "quantity": line.quantity,
                        "price_unit": line.price_unit,
                        "account_id": line.account_id.id,
                        "product_uom_id": line.product_uom_id.id,
                        "tax_ids": [Command.set(line.tax_ids.ids)],
                    }
                )
                for line in bill.invoice_line_ids
            ],
        }
        plain = self.queries(lambda: self.env["account.move"].create(values))
        return self.queries(lambda: self.from_inbox(count)) - plain

    def test_a_bill_needs_hardly_more_queries_than_create(self):
        self.from_inbox(1)  # makes the vendor
        self.assertLessEqual(self.beyond_create(5), MOST_BEYOND)

    def test_what_it_needs_beyond_create_does_not_grow_with_the_lines(self):
        self.from_inbox(1)
        self.assertLessEqual(self.beyond_create(40), self.beyond_create(5) + 5)
