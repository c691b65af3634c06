import {click, inModal} from "@l10n_pl_ksef/../tests/tours/connect_tours";
import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const transfers = ".modal .o_field_widget[name=l10n_pl_ksef_transfers]";

/** All bills of the list are paid, those of one vendor with one transfer. */
tours.add("l10n_pl_ksef_pay_several", {
  steps: () => [
    click("thead .o_list_record_selector input", "choose all bills"),
    click("button[name=action_force_register_payment]:visible", "pay them"),
    click(".modal .o_field_widget[name=group_payment] input", "one for each vendor"),
    {
      content: "before anything is confirmed it tells what will be made",
      trigger: `${transfers} td:contains(identyfikator zbiorczy)`,
    },
    {
      content: "the single bill carries its number",
      trigger: `${transfers} tr:contains(FV/OSOBNA) td:contains(-20)`,
    },
    click(inModal("action_create_payments")),
    {
      content: "two payments",
      trigger: "body:not(:has(.modal)) .o_list_view .o_data_row:nth-child(2)",
    },
  ],
});

/** A bill with split payment: the message stands in the window before. */
tours.add("l10n_pl_ksef_pay_split", {
  steps: () => [
    click("button[name=action_register_payment]:visible"),
    {
      content: "split payment is chosen",
      trigger: ".modal .o_field_widget[name=l10n_pl_ksef_split] input:checked",
    },
    {
      content: "the message",
      trigger: `${transfers} td:contains(/VAT/3450,00/IDC/)`,
    },
    click(inModal("action_create_payments")),
    {
      content: "it is paid",
      trigger: "body:not(:has(.modal)) .o_form_view",
    },
  ],
});

/** An account that is not on the white list: read, confirmed, paid. */
tours.add("l10n_pl_ksef_pay_unlisted", {
  steps: () => [
    {
      content: "the bill says it",
      trigger: ".o_field_widget[name=l10n_pl_ksef_white_list].text-danger",
    },
    click("button[name=action_register_payment]:visible"),
    click(inModal("action_create_payments")),
    {
      content: "what the law says",
      trigger: ".modal .alert-danger:contains(ZAW-NR)",
    },
    click(".modal [name=l10n_pl_ksef_list_confirmed] input", "read and confirmed"),
    click(inModal("action_create_payments")),
    {
      content: "it is paid",
      trigger: "body:not(:has(.modal)) .o_form_view",
    },
  ],
});
