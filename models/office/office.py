from odoo import api, fields, models
from odoo.tools import SQL

from ..connection.connection import ENVIRONMENTS, METHODS, STATES
from ..sending.document import IN_FLIGHT
from ..times import warsaw_today

# What the clerk of an office does something about.
REFUSED = ("rejected", "incomplete")
OPEN_BILLS = ("error", "proposed")


class Office(models.Model):
    """*KSeF: firmy*: how every company stands with KSeF, one line for each.

    One query, whatever the number of companies: each table is read once and summed up
    by taxpayer. Nothing is stored, KSeF is not asked.
    """

    _name = "l10n_pl_ksef.office"
    _description = "KSeF: Companies"
    _auto = False
    _order = "name, id"

    name = fields.Char("Company", readonly=True)
    company_id = fields.Many2one("res.company", "Company Record", readonly=True)
    nip = fields.Char("NIP", readonly=True)
    responsible_id = fields.Many2one("res.users", "Responsible", readonly=True)
    connection_id = fields.Many2one("l10n_pl_ksef.connection", readonly=True)
    environment = fields.Selection(ENVIRONMENTS, readonly=True)
    method = fields.Selection(METHODS, "Connected By", readonly=True)
    state = fields.Selection([("none", "Not connected"), *STATES], readonly=True)
    is_lent = fields.Boolean("By the Office's Certificate", readonly=True)
    authorised_until = fields.Datetime(readonly=True)
    certificate_ends = fields.Datetime(readonly=True)
    offline_certificate_ends = fields.Datetime(readonly=True)
    last_fetch = fields.Datetime(readonly=True)
    rights_missing = fields.Text("Missing in KSeF", readonly=True)
    rights_request = fields.Text("Sentence to Send", readonly=True)
    rights_written_at = fields.Datetime("Client Written To", readonly=True)
    waiting_count = fields.Integer("Waiting", readonly=True)
    person_count = fields.Integer("Needs a Person", readonly=True)
    offline_count = fields.Integer("Offline", readonly=True)
    offline_deadline = fields.Date(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    sales_odoo = fields.Integer("Sales in Odoo", readonly=True)
    sales_ksef = fields.Integer("Sales in KSeF", readonly=True)
    purchases_odoo = fields.Integer("Purchases in Odoo", readonly=True)
    purchases_ksef = fields.Integer("Purchases in KSeF", readonly=True)
    sales = fields.Char(
        compute="_compute_compared", help="This month: in KSeF / in Odoo."
    )
    purchases = fields.Char(
        compute="_compute_compared", help="This month: in KSeF / in Odoo."
    )
    sales_amount = fields.Monetary("Sales (net)", readonly=True)
    purchases_amount = fields.Monetary("Purchases (net)", readonly=True)

    @api.depends("sales_ksef", "sales_odoo", "purchases_ksef", "purchases_odoo")
    def _compute_compared(self):
        for line in self:
            line.sales = f"{line.sales_ksef} / {line.sales_odoo}"
            line.purchases = f"{line.purchases_ksef} / {line.purchases_odoo}"

    @property
    def _table_query(self):
        # The query reads of many models what may not be written yet.
        self.env.flush_all()
        return SQL(
            """
            SELECT company.id, company.id AS company_id, company.name,
                   regexp_replace(partner.vat, '\\D', '', 'g') AS nip,
                   company.l10n_pl_ksef_responsible_id AS responsible_id,
                   company.currency_id, connection.id AS connection_id,
                   connection.environment, connection.method,
                   COALESCE(connection.state, 'none') AS state,
                   COALESCE(certificate.company_id != company.id, FALSE) AS is_lent,
                   connection.refresh_valid_until AS authorised_until,
                   certificate.valid_to AS certificate_ends,
                   offline.valid_to AS offline_certificate_ends,
                   connection.last_import_at AS last_fetch,
                   connection.rights_missing,
                   connection.rights_request, connection.rights_written_at,
                   COALESCE(document.waiting, 0) AS waiting_count,
                   COALESCE(document.offline, 0) AS offline_count,
                   document.deadline AS offline_deadline,
                   COALESCE(document.person, 0) + COALESCE(refused.number, 0)
                       + COALESCE(bill.person, 0)
                       + (COALESCE(connection.state, '')
                          IN ('failed', 'expired', 'to_sign'))::integer
                       + (COALESCE(connection.rights_missing, '') != ''
                          AND connection.state = 'connected')::integer
                       AS person_count,
                   COALESCE(month.sales, 0) AS sales_odoo,
                   COALESCE(month.sales_ksef, 0) + COALESCE(bill.sales, 0)
                       AS sales_ksef,
                   COALESCE(month.purchases, 0) AS purchases_odoo,
                   COALESCE(bill.purchases, 0) AS purchases_ksef,
                   COALESCE(month.sales_amount, 0) AS sales_amount,
                   COALESCE(month.purchases_amount, 0) AS purchases_amount
              FROM res_company company
              JOIN res_partner partner ON partner.id = company.partner_id
              LEFT JOIN l10n_pl_ksef_connection connection
                ON connection.company_id = company.id AND connection.active
              LEFT JOIN l10n_pl_ksef_certificate certificate
                ON certificate.id = connection.certificate_id
              LEFT JOIN (%s) offline ON offline.company_id = company.id
              LEFT JOIN (%s) document ON document.company_id = company.id
              LEFT JOIN (%s) refused ON refused.company_id = company.id
              LEFT JOIN (%s) bill ON bill.company_id = company.id
              LEFT JOIN (%s) month ON month.company_id = company.id
             WHERE company.active AND company.l10n_pl_ksef_taxpayer_id = company.id
               AND (connection.id IS NOT NULL OR %s = (
                    SELECT code FROM res_country WHERE id = partner.country_id))
            """,
            self._offline_certificates(),
            self._documents(),
            self._refused_moves(),
            self._bills(),
            self._moves_of_month(),
            "PL",
        )

    def _offline_certificates(self):
        return SQL(
            """
            SELECT company_id, MAX(valid_to) AS valid_to
              FROM l10n_pl_ksef_certificate
             WHERE type = 'offline' AND state = 'valid' GROUP BY company_id
            """
        )

    def _documents(self):
        return SQL(
            """
            SELECT branch.l10n_pl_ksef_taxpayer_id AS company_id,
                   COUNT(*) FILTER (WHERE NOT COALESCE(needs_person, FALSE)) AS waiting,
                   COUNT(*) FILTER (WHERE needs_person) AS person,
                   COUNT(deadline) AS offline, MIN(deadline) AS deadline
              FROM l10n_pl_ksef_document document
              JOIN res_company branch ON branch.id = document.company_id
             WHERE document.state IN %s GROUP BY 1
            """,
            IN_FLIGHT,
        )

    def _refused_moves(self):
        return SQL(
            """
            SELECT branch.l10n_pl_ksef_taxpayer_id AS company_id, COUNT(*) AS number
              FROM account_move move
              JOIN res_company branch ON branch.id = move.company_id
             WHERE move.l10n_pl_ksef_state IN %s AND move.state = 'posted' GROUP BY 1
            """,
            REFUSED,
        )

    def _bills(self):
        """What waits in the inbox, and what came in this month; a sale that is in Odoo
        is counted there."""
        first = self._first_day()
        return SQL(
            """
            SELECT bill.company_id,
                   COUNT(*) FILTER (WHERE bill.state IN %s) AS person,
                   COUNT(*) FILTER (WHERE bill.issue_date >= %s
                                    AND bill.role = 'Subject2') AS purchases,
                   COUNT(*) FILTER (WHERE bill.issue_date >= %s AND bill.state = 'new'
                                    AND bill.role = 'Subject1') AS sales
              FROM l10n_pl_ksef_bill bill
              JOIN l10n_pl_ksef_connection used ON used.company_id = bill.company_id
               AND used.active AND used.environment = bill.environment
             WHERE bill.state IN %s OR bill.issue_date >= %s GROUP BY 1
            """,
            OPEN_BILLS,
            first,
            first,
            OPEN_BILLS,
            first,
        )

    def _moves_of_month(self):
        return SQL(
            """
            SELECT branch.l10n_pl_ksef_taxpayer_id AS company_id,
                   COUNT(*) FILTER (WHERE move_type IN %(out)s) AS sales,
                   COUNT(*) FILTER (WHERE move_type IN %(out)s
                                    AND l10n_pl_ksef_number IS NOT NULL) AS sales_ksef,
                   COUNT(*) FILTER (WHERE move_type IN %(in)s) AS purchases,
                   SUM(amount_untaxed_signed)
                       FILTER (WHERE move_type IN %(out)s) AS sales_amount,
                   -SUM(amount_untaxed_signed)
                       FILTER (WHERE move_type IN %(in)s) AS purchases_amount
              FROM account_move move
              JOIN res_company branch ON branch.id = move.company_id
             WHERE move.state = 'posted' AND move.invoice_date >= %(first)s GROUP BY 1
            """,
            **{
                "out": ("out_invoice", "out_refund"),
                "in": ("in_invoice", "in_refund"),
                "first": self._first_day(),
            },
        )

    def _first_day(self):
        return warsaw_today().replace(day=1)
