import re

from odoo import models

from ...ksef_api import fa3
from ...ksef_api.nip import compact, is_valid_nip, normalize_nip
from .document import to_decimal

# Where the prefix of the VAT number is not the code of the country.
EU_VAT_PREFIXES = {"GR": "EL"}
# Prefixes of VAT numbers in the EU that are no codes of its members.
MORE_PREFIXES = {"EL", "XI"}
NO_NUMBER = ("", "/")
PHONE = 16  # characters of *Telefon*
INTRA_COMMUNITY = {"0 WDT", "np II"}


class AccountMove(models.Model):
    """Seller, buyer and third parties (*Podmiot1*, *Podmiot2*, *Podmiot3*)."""

    _inherit = "account.move"

    def _l10n_pl_ksef_seller(self):
        seller = self._l10n_pl_ksef_partner_selling()
        taxes = self._l10n_pl_ksef_vat(self._l10n_pl_ksef_lines())
        rates = set(taxes.mapped("l10n_pl_ksef_rate"))
        return fa3.Seller(
            # *PrefiksPodatnika* stands on supplies to other member states.
            vat_prefix="PL" if rates & INTRA_COMMUNITY else None,
            identification=fa3.SellerIdentification(
                nip=self._l10n_pl_ksef_seller_nip(), name=seller.name
            ),
            address=self._l10n_pl_ksef_address(seller),
            contacts=self._l10n_pl_ksef_contacts(seller),
        )

    def _l10n_pl_ksef_partner_selling(self):
        return self.company_id._l10n_pl_ksef_party()

    def _l10n_pl_ksef_seller_nip(self):
        return normalize_nip(self._l10n_pl_ksef_partner_selling().vat or "")

    def _l10n_pl_ksef_partner_buying(self):
        return self.commercial_partner_id

    def _l10n_pl_ksef_buyer(self):
        buyer = self._l10n_pl_ksef_partner_buying()
        return fa3.Buyer(
            identification=fa3.Identification(**self._l10n_pl_ksef_identity(buyer)),
            address=self._l10n_pl_ksef_address(buyer),
            contacts=self._l10n_pl_ksef_contacts(self._l10n_pl_ksef_buyers_contact()),
            customer_number=buyer.ref or None,
            jst=buyer.l10n_pl_ksef_jst,
            vat_group=buyer.l10n_pl_ksef_vat_group,
        )

    def _l10n_pl_ksef_identity(self, partner):
        """Return Polish NIP, EU VAT number, another number, or none (a consumer).

        The number's own prefix says where it is from, else the country does: foreign
        companies are registered in Poland, and German ones in Austria.
        """
        name = self._l10n_pl_ksef_name(partner)
        written = compact(partner.vat or "")
        if written in NO_NUMBER:
            return {"no_id": True, "name": name}
        country, number = partner.country_code or None, normalize_nip(written)
        is_polish = written.startswith("PL") or country in ("PL", None)
        if is_polish and is_valid_nip(number):
            return {"nip": number, "name": name}
        members = set(self.env.ref("base.europe").country_ids.mapped("code"))
        prefix = EU_VAT_PREFIXES.get(written[:2], written[:2])
        if prefix in members | MORE_PREFIXES:
            number = written[2:]
        elif country in members:
            prefix, number = EU_VAT_PREFIXES.get(country, country), written
        else:
            other = fa3.OtherId(country=country, number=written)
            return {"other_id": other, "name": name}
        return {"eu_vat": fa3.EuVat(country=prefix, number=number), "name": name}

    def _l10n_pl_ksef_name(self, partner):
        """Return the name; of a place without one that of its company, or None."""
        return partner.name or partner.commercial_partner_id.name or None

    def _l10n_pl_ksef_address(self, partner):
        """FA(3) has two free lines: street, then postcode and town."""
        streets = ", ".join(filter(None, (partner.street, partner.street2)))
        town = " ".join(filter(None, (partner.zip, partner.city)))
        name = self._l10n_pl_ksef_name(partner) or ""
        lines = [line for line in (streets, town) if line] or [name]
        return fa3.Address(
            country=partner.country_id.code,
            line1=lines[0],
            line2=lines[1] if len(lines) > 1 else None,
        )

    def _l10n_pl_ksef_contacts(self, partner):
        """*DaneKontaktowe*, as far as they fit the schema."""
        email = partner.email_normalized or None
        phone = self._l10n_pl_ksef_phone(partner)
        return [fa3.Contact(email=email, phone=phone)] if email or phone else []

    def _l10n_pl_ksef_phone(self, partner):
        """Return the phone without its blanks; what does not fit is left out (and told,
        see ``rules.py``): half a number is nobody's.
        """
        phone = re.sub(r"[^\d+]", "", partner.phone or "")
        return phone if 0 < len(phone) <= PHONE else None

    def _l10n_pl_ksef_buyers_contact(self):
        """Return whom to ask at the buyer's: the person of the invoice, else the firm.

        Of a bill that the company issues itself, it is the buyer.
        """
        buyer = self._l10n_pl_ksef_partner_buying()
        asked = self.partner_id
        is_theirs = asked.commercial_partner_id == buyer
        return asked if is_theirs and (asked.email or asked.phone) else buyer

    def _l10n_pl_ksef_third_parties(self):
        """*Podmiot3*: who was entered on the invoice, and another delivery address."""
        parties = [
            self._l10n_pl_ksef_third_party(party.partner_id, party.role, party.share)
            for party in self.l10n_pl_ksef_party_ids
        ]
        receiver = self._l10n_pl_ksef_receiver()
        if receiver and receiver not in self.l10n_pl_ksef_party_ids.partner_id:
            parties.append(self._l10n_pl_ksef_third_party(receiver, "2"))
        return parties

    def _l10n_pl_ksef_receiver(self):
        """Return who receives the goods where it is not the buyer at its own address:
        *WysylkaDo* would want means of transport and load, which Odoo does not know.
        """
        receiver, buyer = self.partner_shipping_id, self._l10n_pl_ksef_partner_buying()
        if not receiver or receiver == buyer:
            return receiver.browse()
        if receiver.commercial_partner_id != self.commercial_partner_id:
            return receiver
        elsewhere = self._l10n_pl_ksef_place_of(receiver) != (
            self._l10n_pl_ksef_place_of(buyer)
        )
        return receiver if elsewhere and receiver.city else receiver.browse()

    def _l10n_pl_ksef_place_of(self, partner):
        return partner.street, partner.street2, partner.zip, partner.city

    def _l10n_pl_ksef_third_party(self, partner, role, share=0):
        additional = role == fa3.ThirdPartyRole.ADDITIONAL_BUYER.value
        return fa3.ThirdParty(
            identification=fa3.ThirdPartyIdentification(
                **self._l10n_pl_ksef_third_identity(partner)
            ),
            address=self._l10n_pl_ksef_address(partner) if partner.country_id else None,
            role=fa3.ThirdPartyRole(role),
            share=to_decimal(share) if additional and share else None,
        )

    def _l10n_pl_ksef_third_identity(self, partner):
        """A sub-unit without a NIP of its own has an internal number (*IDWew*)."""
        if partner.l10n_pl_ksef_internal_id:
            internal = partner.l10n_pl_ksef_internal_id
            name = self._l10n_pl_ksef_name(partner)
            return {"internal_id": internal, "name": name}
        return self._l10n_pl_ksef_identity(partner)
