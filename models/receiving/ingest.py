import base64

from odoo import api, fields, models

from ...ksef_api import crypto, fa3
from ...ksef_api.errors import BadAnswer, InvalidRequest
from .bill import BUYER_ROLE, ROLE_ORDER, SELLER_ROLE


class Bill(models.Model):
    _inherit = "l10n_pl_ksef.bill"

    # --- rows ----------------------------------------------------------------

    @api.model
    def _ingest(self, fetch, metadata):
        """Write a row for each invoice that has none; others get the role added.

        :param fetch: the ``l10n_pl_ksef.fetch`` that found them
        :param metadata: list of ``ksef_api`` InvoiceMetadata
        :return: (rows of all of them, the new ones among those)
        """
        place = [
            ("company_id", "=", fetch.company_id.id),
            ("environment", "=", fetch.environment),
        ]
        by_number = {item.ksef_number: item for item in metadata}
        known = self.search([*place, ("ksef_number", "in", list(by_number))])
        known._add_role(fetch.role)
        for number in known.mapped("ksef_number"):
            del by_number[number]
        currencies = self._currencies(by_number.values())
        new = self.create(
            [
                {
                    **self._metadata_values(item),
                    **self._place_values(fetch),
                    "currency_id": currencies.get(item.currency),
                }
                for item in by_number.values()
            ]
        )
        new.filtered(lambda bill: bill.role == SELLER_ROLE)._match_sales()
        new._match_self_billed()
        new._link_known()
        new._propose_links()
        new._notify_waiting()
        return known + new, new

    def _notify_waiting(self):
        """Tell people of those that will wait in the inbox for them."""
        waiting = self.filtered(
            lambda bill: not bill.is_sale
            and bill.state != "imported"
            and not (
                bill.role == BUYER_ROLE
                and bill.state == "new"
                and bill.company_id.l10n_pl_ksef_make_bills
            )
        )
        if waiting:
            self.env["l10n_pl_ksef.notification"]._notify("bills_new", waiting)

    def _place_values(self, fetch):
        return {
            "company_id": fetch.company_id.id,
            "environment": fetch.environment,
            "nip": fetch.nip,
            "role": fetch.role,
            "roles": fetch.role,
        }

    def _add_role(self, role):
        """Note that these were found in ``role`` too; the weightiest one counts."""
        for bill in self:
            roles = (bill.roles or bill.role).split(",")
            if role in roles:
                continue
            roles = sorted([*roles, role], key=ROLE_ORDER.index)
            bill.write({"roles": ",".join(roles), "role": roles[0]})

    def _currencies(self, metadata):
        names = {item.currency for item in metadata}
        currencies = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "in", list(names))])
        )
        return {currency.name: currency.id for currency in currencies}

    def _metadata_values(self, item):
        return {
            "ksef_number": item.ksef_number,
            "invoice_number": item.invoice_number,
            "invoice_kind": item.invoice_type,
            "issue_date": item.issue_date,
            "stored_at": item.permanent_storage_date
            and item.permanent_storage_date.replace(tzinfo=None, microsecond=0),
            "seller_nip": item.seller_nip,
            "seller_name": item.seller_name,
            "buyer_nip": item.buyer_id if item.buyer_type == "Nip" else False,
            "buyer_name": item.buyer_name,
            "amount_net": item.net,
            "amount_total": item.gross,
            "has_attachment": item.has_attachment,
            "xml_hash": item.invoice_hash,
        }

    # --- files ---------------------------------------------------------------

    def _without_file(self):
        """Return those that need their file and do not have it."""
        return self.filtered(
            lambda bill: not bill.has_file and bill.role != SELLER_ROLE
        )

    @api.model
    def _waiting_for_file(self, connection, limit):
        """Return the oldest rows of ``connection`` whose file may be fetched now."""
        return self.search(
            [
                ("company_id", "=", connection.company_id.id),
                ("environment", "=", connection.environment),
                ("role", "!=", SELLER_ROLE),
                ("has_file", "=", False),
                ("state", "in", ("new", "error", "proposed")),
                "|",
                ("retry_at", "=", False),
                ("retry_at", "<=", fields.Datetime.now()),
            ],
            order="retry_at, stored_at, id",
            limit=limit,
        )

    def _fetch_file(self, connection):
        """Download this invoice's file; tell whether it is here now.

        :raise KsefError: KSeF cannot be asked now, whatever the invoice
        """
        self.ensure_one()
        try:
            download = connection._call(
                lambda client: client.download_invoice(self.ksef_number)
            )
        except (InvalidRequest, BadAnswer) as error:
            self._failed(self.env["l10n_pl_ksef.verdict"]._of(error).message)
            return False
        return bool(self._keep({self.ksef_number: download.content}))

    @api.model
    def _keep_files(self, fetch, files):
        """Store ``files`` (``{KSeF number: bytes}``) with their rows.

        :return: how many had not been here yet
        :raise BadAnswer: "package": there is a file that nothing told of
        """
        rows = self.search(
            [
                ("company_id", "=", fetch.company_id.id),
                ("environment", "=", fetch.environment),
                ("ksef_number", "in", list(files)),
            ]
        )
        unknown = files.keys() - set(rows.mapped("ksef_number"))
        if unknown:
            raise BadAnswer("package", details=sorted(unknown)[:5])
        return len(rows.filtered(lambda bill: not bill.has_file)._keep(files))

    def _keep(self, files):
        """Store the file of each; one that is not what was announced is refused."""
        good = self.browse()
        for bill in self:
            if bill.xml_hash == crypto.sha256_b64(files[bill.ksef_number]):
                good += bill
            else:
                bill._failed(
                    self.env._("KSeF sent another file than it had announced.")
                )
        for bill in good:
            content = files[bill.ksef_number]
            bill.write(
                {
                    "xml_file": base64.b64encode(content),
                    "due_date": fa3.due_date(content),
                }
            )
        good.has_file = True
        return good
