import {click, inModal} from "@l10n_pl_ksef/../tests/tours/connect_tours";
import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const confirm = click("button[name=action_post]:visible");
const noWindow = {content: "the window is closed", trigger: "body:not(:has(.modal))"};
const confirmed = {
  content: "the invoice is confirmed",
  trigger: ".o_statusbar_status .o_arrow_button_current[data-value=posted]",
};
const fillIn = click(".modal .alert-danger a", "to the field to fill in");

tours.add("l10n_pl_ksef_complete_line", {
  steps: () => [
    confirm,
    fillIn,
    noWindow,
    {
      content: "the cursor is in the very cell",
      trigger: ".o_data_row td[name=l10n_pl_ksef_exemption] input:focus",
      run: "edit art. 43 ust. 1 pkt 29",
    },
    confirm,
    confirmed,
  ],
});

tours.add("l10n_pl_ksef_complete_page", {
  steps: () => [
    confirm,
    fillIn,
    noWindow,
    {
      content: "the page with the field is shown, the cursor in it",
      trigger:
        ".o_field_widget[name=l10n_pl_ksef_period_from].o_l10n_pl_ksef_shown:visible",
    },
  ],
});

tours.add("l10n_pl_ksef_complete_nip", {
  steps: () => [
    confirm,
    fillIn,
    {
      content: "the customer's form, the cursor in its NIP",
      trigger: ".o_form_view .o_field_widget[name=vat].o_l10n_pl_ksef_shown input",
      run: "edit PL1111111111",
    },
    click(".o_form_button_save"),
    click(".o_back_button a", "back to the invoice"),
    confirm,
    confirmed,
  ],
});

tours.add("l10n_pl_ksef_complete_consumer", {
  steps: () => [confirm, click(inModal("action_consumers")), noWindow, confirmed],
});

tours.add("l10n_pl_ksef_send_at_once", {
  steps: () => [
    confirm,
    click("button[name=action_invoice_sent]:visible"),
    {
      content: "when the e-mail goes out is asked, and chosen",
      trigger: ".modal [name=l10n_pl_ksef_when] input[data-value=number]:checked",
    },
    click(inModal("action_send_and_print")),
    noWindow,
    {
      content: "it is in KSeF",
      trigger: ".o_field_widget[name=l10n_pl_ksef_state] .text-bg-success",
    },
  ],
});

tours.add("l10n_pl_ksef_list_confirm", {
  steps: () => [
    click("thead .o_list_record_selector input"),
    click(".o_cp_action_menus .dropdown-toggle:has(.fa-cog)"),
    click(".o-dropdown-item:contains(Potwierdź)"),
    {
      content: "one has gone on, the other is listed",
      trigger: ".modal:has(.alert-success) .alert-danger",
    },
    click(inModal("action_close")),
    noWindow,
  ],
});
