"""OCA's payment orders: each line of a bank file carries its KSeF number."""

ORDER = """
from odoo import Command

company = env.ref("l10n_pl_ksef_tests.company")
company.write({"vat": "PL5265877635", "l10n_pl_ksef_payment_titles": "yes"})
env = env(context={"allowed_company_ids": company.ids})
company = company.with_env(env)
bank = env["account.journal"].search(
    [("company_id", "=", company.id), ("type", "=", "bank")], limit=1
)
vendor = env["res.partner"].create(
    {
        "name": "Dostawca",
        "vat": "PL1111111111",
        "is_company": True,
        "country_id": env.ref("base.pl").id,
    }
)
account = env["res.partner.bank"].create(
    {
        "partner_id": vendor.id,
        "acc_number": "PL61109010140000071219812874",
        "allow_out_payment": True,
    }
)
kind = env["account.payment.method"].create(
    {
        "name": "Przelew",
        "code": "test_manual",
        "payment_type": "outbound",
        "payment_order_ok": True,
    }
)
method = env["account.payment.method.line"].create(
    {
        "name": "Przelew",
        "company_id": company.id,
        "journal_id": bank.id,
        "payment_method_id": kind.id,
        "selectable": True,
        "group_lines": False,
    }
)
order = env["account.payment.order"].create(
    {"payment_type": "outbound", "payment_method_line_id": method.id}
)
NUMBERS = {
    "FV/1": "1111111111-20261102-0100001AF629-11",
    "FV/2": "1111111111-20261102-0200001AF629-22",
    "FV/BEZ": False,
}
for ref, number in NUMBERS.items():
    bill = env["account.move"].create(
        {
            "move_type": "in_invoice",
            "partner_id": vendor.id,
            "partner_bank_id": account.id,
            "preferred_payment_method_line_id": method.id,
            "invoice_date": "2026-11-02",
            "ref": ref,
            "invoice_line_ids": [Command.create({"name": "Papier", "price_unit": 9})],
        }
    )
    bill.l10n_pl_ksef_number = number
    bill.action_post()
    items = bill.line_ids.filtered(lambda i: i.account_type == "liability_payable")
    items.create_payment_line_from_move_line(order)
print("TOLD lines", *order.payment_line_ids.mapped("communication"), sep="|")
order.draft2open()
payments = order.payment_ids.sorted("id")
print("TOLD payments", *payments.mapped("payment_reference"), sep="|")
"""
FIRST = "1111111111-20261102-0100001AF629-11 FV/1"
SECOND = "1111111111-20261102-0200001AF629-22 FV/2"


def test_each_line_of_an_order_carries_its_number(odoo):
    odoo("-i", "account_payment_batch_oca")
    found = {}
    for line in odoo(script=ORDER):
        what, *texts = line.split("|")
        found[what] = texts
    assert found["lines"] == [FIRST, SECOND, "FV/BEZ"]
    assert sorted(found["payments"]) == sorted([FIRST, SECOND, "FV/BEZ"])
