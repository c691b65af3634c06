"""Given to Odoo's shell in a template database: what tests would make ever again."""

poland = env.ref("base.pl")  # noqa: F821
company = env["res.company"].create(  # noqa: F821
    {
        "name": "company_1_data",
        "country_id": poland.id,
        "currency_id": poland.currency_id.id,
    }
)
charts = env["account.chart.template"]  # noqa: F821
charts.try_loading("pl", company, install_demo=False)
company.currency_id = poland.currency_id
env["ir.model.data"]._update_xmlids(  # noqa: F821
    [{"xml_id": "l10n_pl_ksef_tests.company", "record": company}]
)
env.cr.commit()  # noqa: F821
