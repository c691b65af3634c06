import {
  certificate,
  click,
  connected,
  inModal,
  upload,
} from "@l10n_pl_ksef/../tests/tours/connect_tours";
import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const inKsef = {
  content: "the invoice is in KSeF",
  trigger: ".o_field_widget[name=l10n_pl_ksef_state] .text-bg-success",
};

const offlineCertificate = [
  upload("certificate_file", "ksef_certificate", "offline.crt"),
  upload("key_file", "ksef_key", "offline.key"),
  {
    trigger: ".modal .o_field_widget[name=password] input",
    run: "edit haslo-1234",
  },
  click(inModal("action_add")),
  {trigger: "body:not(:has(.modal))"},
];

tours.add("l10n_pl_ksef_offline_certificate", {
  steps: () => [
    click("button[name=action_l10n_pl_ksef_add_offline_certificate]"),
    ...offlineCertificate,
  ],
});

tours.add("l10n_pl_ksef_issue_offline", {
  steps: () => [
    {content: "the failure is announced", trigger: ".alert:contains(FAILURE)"},
    click(".alert button[name=action_l10n_pl_ksef_issue_offline]"),
    {content: "its deadline is explained", trigger: ".modal p:contains(7 dni)"},
    click(inModal("action_issue")),
    ...offlineCertificate,
    {
      content: "the invoice is issued offline",
      trigger: ".o_field_widget[name=l10n_pl_ksef_state] .text-bg-warning",
    },
    {trigger: "body:not(:has(button[name=action_l10n_pl_ksef_issue_offline]))"},
  ],
});

tours.add("l10n_pl_ksef_welcome_add", {
  steps: () => [
    click(".modal button[name=action_add_certificate]"),
    ...certificate,
    connected,
  ],
});

tours.add("l10n_pl_ksef_validate_goes_on", {
  steps: () => [click("button[name=action_post]:visible"), ...certificate, inKsef],
});

tours.add("l10n_pl_ksef_list_goes_on", {
  steps: () => [
    click("thead .o_list_record_selector input"),
    click(".o_cp_action_menus .dropdown-toggle:has(.fa-cog)"),
    click(".o-dropdown-item:contains(Wyślij do KSeF)"),
    ...certificate,
    {content: "both are in KSeF", trigger: ".o_notification:has(.bg-success)"},
  ],
});

tours.add("l10n_pl_ksef_wizard_goes_on", {
  steps: () => [
    click("button[name=action_invoice_sent]:visible"),
    {
      content: "the window has read all it shows",
      trigger: ".modal .alert-danger",
      run: () => new Promise((resolve) => setTimeout(resolve, 1500)),
    },
    click(".modal .alert-danger .btn-link, .modal .alert-danger a"),
    ...certificate,
    {trigger: ".o_notification:has(.bg-success)"},
  ],
});

tours.add("l10n_pl_ksef_delete_certificate", {
  steps: () => [
    click(".o_data_row .o_data_cell"),
    click("button[name=action_delete]:visible"),
    {
      content: "the window says what will stop",
      trigger: ".modal .modal-body:contains(KSeF)",
    },
    click(".modal .btn-primary"),
    {trigger: "body:not(:has(.modal))"},
  ],
});

tours.add("l10n_pl_ksef_change_environment", {
  steps: () => [
    click("button[name=action_l10n_pl_ksef_connect].btn-link"),
    click(".modal .o_field_widget[name=environment] input[data-value=demo]"),
    {
      content: "it is told what becomes of what was sent",
      trigger: ".modal .alert-warning:visible",
    },
    click(".modal button[special=cancel], .modal .btn-close"),
    {trigger: "body:not(:has(.modal))"},
  ],
});

tours.add("l10n_pl_ksef_company_data", {
  steps: () => [
    click("#l10n_pl_ksef_company_data button"),
    {
      trigger: ".modal .o_field_widget[name=user_key] input",
      run: "edit abcde12345abcde12345",
    },
    click(inModal("action_fetch")),
    {
      content: "what GUS says is shown first",
      trigger: ".modal .o_field_widget[name=city] input:value(Kraków)",
    },
    click(inModal("action_apply")),
    {trigger: "body:not(:has(.modal))"},
  ],
});

tours.add("l10n_pl_ksef_notifications", {
  steps: () => [
    click(".o_data_row:first .o_boolean_toggle input"),
    {
      content: "it is off, and saved",
      trigger: ".o_data_row:first .o_boolean_toggle input:not(:checked)",
    },
  ],
});
