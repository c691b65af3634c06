"""What people call the fields of FA(3): the one table of the picture and the page.

The keys are the model classes of ``ksef_api.fa3`` and their fields; a test sees that
none is missing.
"""

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

LABELS = {
    "Invoice": {
        "header": _lt("Document"),
        "seller": _lt("Seller"),
        "buyer": _lt("Buyer"),
        "third_parties": _lt("Third party"),
        "authorised": _lt("Authorised party"),
        "body": _lt("Invoice"),
        "footer": _lt("Footer"),
        "attachment": _lt("Attachment"),
    },
    "Header": {
        "created_at": _lt("Made at"),
        "system": _lt("Made with"),
    },
    "Seller": {
        "vat_prefix": _lt("VAT prefix"),
        "eori": _lt("EORI"),
        "identification": _lt("Identification"),
        "address": _lt("Address"),
        "mail_address": _lt("Address for correspondence"),
        "contacts": _lt("Contact"),
        "status": _lt("Status of the taxpayer"),
    },
    "SellerIdentification": {
        "nip": _lt("NIP"),
        "name": _lt("Name"),
    },
    "Address": {
        "country": _lt("Country"),
        "line1": _lt("Address"),
        "line2": _lt("Address, second line"),
        "gln": _lt("GLN"),
    },
    "Contact": {
        "email": _lt("E-mail"),
        "phone": _lt("Telephone"),
    },
    "Buyer": {
        "eori": _lt("EORI"),
        "identification": _lt("Identification"),
        "address": _lt("Address"),
        "mail_address": _lt("Address for correspondence"),
        "contacts": _lt("Contact"),
        "customer_number": _lt("Customer number"),
        "key": _lt("Key of the buyer"),
        "jst": _lt("For a sub-unit of a local government unit (JST)"),
        "vat_group": _lt("For a member of a VAT group (GV)"),
    },
    "Identification": {
        "nip": _lt("NIP"),
        "eu_vat": _lt("EU VAT number"),
        "other_id": _lt("Tax number"),
        "no_id": _lt("Without a tax number"),
        "name": _lt("Name"),
    },
    "EuVat": {
        "country": _lt("Country"),
        "number": _lt("Number"),
    },
    "OtherId": {
        "country": _lt("Country"),
        "number": _lt("Number"),
    },
    "ThirdParty": {
        "key": _lt("Key of the buyer"),
        "eori": _lt("EORI"),
        "identification": _lt("Identification"),
        "address": _lt("Address"),
        "mail_address": _lt("Address for correspondence"),
        "contacts": _lt("Contact"),
        "role": _lt("Role"),
        "role_description": _lt("Role"),
        "share": _lt("Share (%)"),
        "customer_number": _lt("Customer number"),
    },
    "ThirdPartyIdentification": {
        "nip": _lt("NIP"),
        "internal_id": _lt("Internal number (IDWew)"),
        "eu_vat": _lt("EU VAT number"),
        "other_id": _lt("Tax number"),
        "no_id": _lt("Without a tax number"),
        "name": _lt("Name"),
    },
    "AuthorisedParty": {
        "eori": _lt("EORI"),
        "identification": _lt("Identification"),
        "address": _lt("Address"),
        "mail_address": _lt("Address for correspondence"),
        "contacts": _lt("Contact"),
        "role": _lt("Role"),
    },
    "AuthorisedContact": {
        "email": _lt("E-mail"),
        "phone": _lt("Telephone"),
    },
    "Body": {
        "currency": _lt("Currency"),
        "issue_date": _lt("Date of issue"),
        "place": _lt("Place of issue"),
        "number": _lt("Number"),
        "wz_numbers": _lt("Delivery note (WZ)"),
        "sale_date": _lt("Date of supply of goods or completion of the service"),
        "period": _lt("Period"),
        "exchange_rate": _lt("Exchange rate"),
        "annotations": _lt("Annotations"),
        "kind": _lt("Kind"),
        "correction": _lt("Correction"),
        "advance_payments": _lt("Advance payment"),
        "receipt": _lt("Invoice to a receipt (FP)"),
        "related": _lt("Buyer and seller are related (TP)"),
        "notes": _lt("Additional descriptions"),
        "advance_invoices": _lt("Advance invoice"),
        "excise_refund": _lt("Refund of excise for farmers"),
        "lines": _lt("Lines"),
        "settlement": _lt("Settlement"),
        "payment": _lt("Payment"),
        "terms": _lt("Terms of the transaction"),
        "order": _lt("Order"),
        "total": _lt("Total amount due"),
    },
    "Period": {
        "first": _lt("From"),
        "last": _lt("To"),
    },
    "Annotations": {
        "cash_method": _lt("Cash method"),
        "self_billing": _lt("Self-billing"),
        "reverse_charge": _lt("Reverse charge"),
        "split_payment": _lt("Split payment mechanism"),
        "exemption": _lt("Exemption"),
        "new_vehicles": _lt("New means of transport"),
        "triangular": _lt("Simplified triangular procedure"),
        "margin": _lt("Margin procedure"),
    },
    "Exemption": {
        "act": _lt("By the act"),
        "directive": _lt("By directive 2006/112/EC"),
        "other": _lt("By another basis"),
    },
    "NewVehicles": {
        "supply": _lt("Supply of new means of transport"),
    },
    "NewVehicleSupply": {
        "duty_art_42_5": _lt("Duty of art. 42 (5)"),
        "vehicles": _lt("Vehicle"),
    },
    "NewVehicle": {
        "first_use": _lt("First use"),
        "line_number": _lt("Line"),
        "make": _lt("Make"),
        "model": _lt("Model"),
        "colour": _lt("Colour"),
        "registration": _lt("Registration number"),
        "year": _lt("Year of production"),
        "land": _lt("Land vehicle"),
        "vessel": _lt("Vessel"),
        "aircraft": _lt("Aircraft"),
    },
    "LandVehicle": {
        "mileage": _lt("Mileage"),
        "vin": _lt("VIN"),
        "body_number": _lt("Body number"),
        "chassis_number": _lt("Chassis number"),
        "frame_number": _lt("Frame number"),
        "type": _lt("Type"),
    },
    "Vessel": {
        "working_hours": _lt("Working hours"),
        "hull_number": _lt("Hull number"),
    },
    "Aircraft": {
        "working_hours": _lt("Working hours"),
        "serial_number": _lt("Serial number"),
    },
    "Margin": {
        "scheme": _lt("Scheme"),
    },
    "Correction": {
        "reason": _lt("Reason of the correction"),
        "effect": _lt("Effect of the correction"),
        "invoices": _lt("Corrected invoice"),
        "period": _lt("Period of the corrected invoices"),
        "correct_number": _lt("Correct number"),
        "seller_before": _lt("Seller before the correction"),
        "buyers_before": _lt("Buyer before the correction"),
        "total_before": _lt("Total before the correction"),
        "exchange_rate_before": _lt("Exchange rate before the correction"),
    },
    "CorrectedInvoice": {
        "issue_date": _lt("Date of issue"),
        "number": _lt("Number"),
        "ksef_number": _lt("KSeF number"),
    },
    "SellerBefore": {
        "vat_prefix": _lt("VAT prefix"),
        "identification": _lt("Identification"),
        "address": _lt("Address"),
    },
    "BuyerBefore": {
        "identification": _lt("Identification"),
        "address": _lt("Address"),
        "key": _lt("Key of the buyer"),
    },
    "AdvancePayment": {
        "received_on": _lt("Received on"),
        "amount": _lt("Amount"),
        "exchange_rate": _lt("Exchange rate"),
    },
    "Note": {
        "line_number": _lt("Line"),
        "key": _lt("Key"),
        "value": _lt("Value"),
    },
    "AdvanceInvoice": {
        "number": _lt("Number"),
        "ksef_number": _lt("KSeF number"),
    },
    "Line": {
        "number": _lt("No."),
        "uuid": _lt("Unique ID"),
        "sale_date": _lt("Date of supply"),
        "name": _lt("Name of goods or service"),
        "index": _lt("Code"),
        "gtin": _lt("GTIN"),
        "pkwiu": _lt("PKWiU"),
        "cn": _lt("CN"),
        "pkob": _lt("PKOB"),
        "unit": _lt("Unit"),
        "quantity": _lt("Quantity"),
        "unit_price_net": _lt("Net price"),
        "unit_price_gross": _lt("Gross price"),
        "discount": _lt("Discount"),
        "net": _lt("Net amount"),
        "gross": _lt("Gross amount"),
        "vat": _lt("VAT amount"),
        "rate": _lt("Rate"),
        "oss_rate": _lt("OSS rate (%)"),
        "annex15": _lt("Annex 15"),
        "excise": _lt("Excise"),
        "gtu": _lt("GTU"),
        "procedure": _lt("Procedure"),
        "exchange_rate": _lt("Exchange rate"),
        "before": _lt("Before the correction"),
    },
    "Settlement": {
        "charges": _lt("Charge"),
        "charges_total": _lt("Charges in all"),
        "deductions": _lt("Deduction"),
        "deductions_total": _lt("Deductions in all"),
        "to_pay": _lt("To pay"),
        "to_settle": _lt("To be settled"),
    },
    "Adjustment": {
        "amount": _lt("Amount"),
        "reason": _lt("Reason"),
    },
    "Payment": {
        "paid_on": _lt("Paid on"),
        "partial": _lt("Paid in part"),
        "instalments": _lt("Payment made"),
        "due": _lt("Due"),
        "method": _lt("Payment method"),
        "other_method": _lt("Payment method"),
        "accounts": _lt("Bank account"),
        "factor_accounts": _lt("Bank account of the factor"),
        "cash_discount": _lt("Cash discount"),
        "link": _lt("Payment link"),
        "payment_id": _lt("Payment ID (IPKSeF)"),
    },
    "Instalment": {
        "amount": _lt("Amount"),
        "paid_on": _lt("Paid on"),
        "method": _lt("Payment method"),
        "other_method": _lt("Payment method"),
    },
    "Due": {
        "on": _lt("Day"),
        "rule": _lt("Rule"),
        "rule_text": _lt("Rule"),
    },
    "DueRule": {
        "count": _lt("Count"),
        "unit": _lt("Unit"),
        "event": _lt("From"),
    },
    "BankAccount": {
        "number": _lt("Account number"),
        "swift": _lt("SWIFT"),
        "bank_own": _lt("Bank's own account"),
        "bank_name": _lt("Bank"),
        "description": _lt("Description"),
    },
    "CashDiscount": {
        "conditions": _lt("Conditions"),
        "amount": _lt("Amount"),
    },
    "Terms": {
        "contracts": _lt("Contract"),
        "orders": _lt("Purchase order"),
        "batch_numbers": _lt("Batch number"),
        "delivery": _lt("Terms of delivery"),
        "agreed_rate": _lt("Agreed exchange rate"),
        "agreed_currency": _lt("Agreed currency"),
        "transports": _lt("Transport"),
        "intermediary": _lt("Supply by an intermediary"),
    },
    "Contract": {
        "signed_on": _lt("Date"),
        "number": _lt("Number"),
    },
    "PurchaseOrder": {
        "ordered_on": _lt("Date"),
        "number": _lt("Number"),
    },
    "Transport": {
        "kind": _lt("Kind of transport"),
        "other_kind": _lt("Kind of transport"),
        "carrier": _lt("Carrier"),
        "order_number": _lt("Order of transport"),
        "cargo": _lt("Cargo"),
        "other_cargo": _lt("Cargo"),
        "packaging_unit": _lt("Packaging"),
        "starts_at": _lt("Start"),
        "ends_at": _lt("End"),
        "ship_from": _lt("Shipped from"),
        "ship_via": _lt("Shipped through"),
        "ship_to": _lt("Shipped to"),
    },
    "Carrier": {
        "identification": _lt("Identification"),
        "address": _lt("Address"),
    },
    "Order": {
        "total": _lt("Value of the order"),
        "lines": _lt("Lines"),
    },
    "OrderLine": {
        "number": _lt("No."),
        "uuid": _lt("Unique ID"),
        "name": _lt("Name of goods or service"),
        "index": _lt("Code"),
        "gtin": _lt("GTIN"),
        "pkwiu": _lt("PKWiU"),
        "cn": _lt("CN"),
        "pkob": _lt("PKOB"),
        "unit": _lt("Unit"),
        "quantity": _lt("Quantity"),
        "unit_price_net": _lt("Net price"),
        "net": _lt("Net amount"),
        "vat": _lt("VAT amount"),
        "rate": _lt("Rate"),
        "oss_rate": _lt("OSS rate (%)"),
        "annex15": _lt("Annex 15"),
        "gtu": _lt("GTU"),
        "procedure": _lt("Procedure"),
        "excise": _lt("Excise"),
        "before": _lt("Before the correction"),
    },
    "Footer": {
        "notes": _lt("Information"),
        "registries": _lt("Register"),
    },
    "FooterNote": {
        "text": _lt("Text"),
    },
    "Registry": {
        "full_name": _lt("Full name"),
        "krs": _lt("KRS"),
        "regon": _lt("REGON"),
        "bdo": _lt("BDO"),
    },
    "Attachment": {
        "blocks": _lt("Block of data"),
    },
    "DataBlock": {
        "heading": _lt("Heading"),
        "meta": _lt("Data"),
        "text": _lt("Text"),
        "tables": _lt("Table"),
    },
    "MetaData": {
        "key": _lt("Key"),
        "value": _lt("Value"),
    },
    "TextBlock": {
        "paragraphs": _lt("Paragraph"),
    },
    "Table": {
        "meta": _lt("Data"),
        "description": _lt("Description"),
        "header": _lt("Heading"),
        "rows": _lt("Row"),
        "sum": _lt("Sum"),
    },
    "TableMetaData": {
        "key": _lt("Key"),
        "value": _lt("Value"),
    },
    "TableHeader": {
        "columns": _lt("Column"),
    },
    "Column": {
        "kind": _lt("Type"),
        "name": _lt("Name"),
    },
    "TableRow": {
        "cells": _lt("Cell"),
    },
    "TableSum": {
        "cells": _lt("Cell"),
    },
}

# As the Ministry's own picture words what an advance, a settlement and a correction
# mean otherwise; the law: art. 106e (1)(6), 106f of the VAT act.
_ADVANCES = ("ADVANCE", "ADVANCE_CORRECTION")
_SETTLEMENTS = ("SETTLEMENT", "SETTLEMENT_CORRECTION")
LABELS_OF_KIND = {
    "Body": {
        "sale_date": dict.fromkeys(_ADVANCES, _lt("Payment received on")),
        "total": {
            "ADVANCE": _lt("Amount of the payment (advance) documented by the invoice"),
            "ADVANCE_CORRECTION": _lt(
                "Correction of the amount of the payment (advance) documented by the "
                "invoice"
            ),
            "SETTLEMENT": _lt("Amount left to pay"),
            "CORRECTION": _lt("Correction of the total amount due"),
            "SETTLEMENT_CORRECTION": _lt("Correction of the total amount due"),
        },
    },
    "Correction": {
        "total_before": {
            **dict.fromkeys(
                _ADVANCES, _lt("Amount of the payment before the correction")
            ),
            **dict.fromkeys(
                _SETTLEMENTS, _lt("Amount left to pay before the correction")
            ),
        },
    },
}
