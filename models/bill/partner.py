"""The supplier of a KSeF file: partner and bank accounts."""

from odoo import models
from odoo.tools import clean_context


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_pl_ksef_seller_partner(self, bill_import):
        """Return the vendor by NIP or EU VAT; one not known yet is made.

        The parent company of several addresses is the vendor.
        """
        seller = bill_import.document.seller
        company = bill_import.company
        country = self._l10n_pl_ksef_country(seller.address.country)
        partner = self._l10n_pl_ksef_find_partner(seller, country, company)
        if partner:
            self._l10n_pl_ksef_note_other_name(bill_import, partner)
            return partner
        partner = self._l10n_pl_ksef_new_partner(seller, country, company)
        bill_import.is_new_partner = True
        bill_import.notes.append(
            self.env._(
                "The vendor %(name)s was not known and has been made.",
                name=partner.name,
            )
        )
        return partner

    def _l10n_pl_ksef_note_other_name(self, bill_import, partner):
        name = bill_import.document.seller.identification.name
        known, given = (
            "".join(filter(str.isalnum, text or "")).casefold()
            for text in (partner.name, name)
        )
        if known != given:
            bill_import.notes.append(
                self.env._(
                    "The invoice calls the vendor %(name)s; here it is %(known)s.",
                    name=name,
                    known=partner.name,
                )
            )

    def _l10n_pl_ksef_country(self, code):
        # FA(3) writes Greece as EL in VAT numbers and as GR in addresses.
        code = {"EL": "GR", "XI": "GB"}.get(code, code)
        return self.env["res.country"].search([("code", "=", code)], limit=1)

    def _l10n_pl_ksef_find_partner(self, seller, country, company):
        nip = seller.identification.nip
        numbers = [nip, f"PL{nip}"]
        if country.code and country.code != "PL":
            numbers.append(f"{country.code}{nip}")
        partners = self.env["res.partner"].with_company(company)
        found = partners.search(
            [
                ("vat", "in", numbers),
                ("company_id", "in", (False, company.id)),
            ],
            order="parent_id DESC, supplier_rank DESC, id",
        )
        commercial = found.commercial_partner_id.filtered(
            lambda partner: partner.vat in numbers
        )
        own = company.partner_id
        return (commercial - own)[:1] or commercial[:1]

    def _l10n_pl_ksef_new_partner(self, seller, country, company):
        """Return a new vendor with everything that the document tells of it."""
        identification, address = seller.identification, seller.address
        contact = seller.contacts[0] if seller.contacts else None
        vat = f"PL{identification.nip}"
        values = {
            "name": identification.name,
            "is_company": True,
            "vat": vat,
            "country_id": country.id,
            "supplier_rank": 1,
            **self._l10n_pl_ksef_address_values(address),
        }
        if contact:
            values |= {"email": contact.email, "phone": contact.phone}
        env = self.env(context=clean_context(self.env.context))
        partners = env["res.partner"].with_company(company)
        # A foreign seller is registered in Poland: Odoo would check the number by the
        # country of the address.
        return partners.with_context(no_vat_validation=True).create(values)

    def _l10n_pl_ksef_address_values(self, address):
        """Return street, postcode and town; FA(3) has two free lines for them.

        The line of the town is told by its postcode (00-000); what is not understood
        stays as written.
        """
        second = (address.line2 or "").strip()
        code, _space, town = second.partition(" ")
        is_postcode = len(code) == 6 and code[2] == "-" and town
        if is_postcode and (code[:2] + code[3:]).isdigit():
            return {"street": address.line1, "zip": code, "city": town}
        return {"street": address.line1, "street2": second or False}

    # --- bank accounts -------------------------------------------------------

    def _l10n_pl_ksef_import_bank_account(self, bill_import):
        """Pay to the account of the document when the vendor is known to have it.

        A new vendor gets the account, not trusted. For a known vendor another account
        is told and not taken: that is what forged invoices change.

        :return: values of the bill; none when the document names no account
        """
        payment, vendor = bill_import.body.payment, bill_import.partner
        accounts = payment.accounts
        if payment.factor_accounts:
            numbers = ", ".join(row.number for row in payment.factor_accounts)
            bill_import.tasks.append(
                self.env._("To be paid to the factor, account %s.", numbers)
            )
            return {"partner_bank_id": False}
        if not accounts:
            return {}
        known = self._l10n_pl_ksef_known_accounts(vendor, bill_import.company)
        for account in accounts:
            if bank := known.get(_plain(account.number)):
                return {"partner_bank_id": bank.id}
        if bill_import.is_new_partner:
            new = self._l10n_pl_ksef_new_accounts(accounts, bill_import)
            return {"partner_bank_id": new[:1].id}
        bill_import.tasks.append(
            self.env._(
                "The invoice names a bank account that %(vendor)s does not have here: "
                "%(accounts)s. It was not taken over. Ask the vendor in a way that you "
                "know, check the list of VAT payers, and add it then.",
                vendor=vendor.display_name,
                accounts=", ".join(row.number for row in accounts),
            )
        )
        return {"partner_bank_id": False}

    def _l10n_pl_ksef_known_accounts(self, vendor, company):
        """Return ``{number without spaces and PL: account}`` of the vendor."""
        banks = vendor.commercial_partner_id.bank_ids.filtered(
            lambda bank: bank.company_id in (bank.company_id.browse(), company)
        )
        return {_plain(bank.acc_number): bank for bank in banks}

    def _l10n_pl_ksef_new_accounts(self, accounts, bill_import):
        """Return the accounts of a vendor that was just made, not trusted."""
        by_number = {_plain(account.number): account for account in accounts}
        # The journal that the file was dropped on is no journal of the account.
        env = self.env(context=clean_context(self.env.context))
        return env["res.partner.bank"].create(
            [
                {
                    "acc_number": account.number,
                    "partner_id": bill_import.partner.id,
                    "allow_out_payment": False,
                    "company_id": bill_import.company.id,
                }
                for account in by_number.values()
            ]
        )


def _plain(number):
    """Return an account number as it is compared: no spaces, no PL before it."""
    return "".join((number or "").split()).upper().removeprefix("PL")
