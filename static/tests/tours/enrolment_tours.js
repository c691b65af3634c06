import {click, connected, environment, inModal, upload} from "./connect_tours";
import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const CERTIFICATE = "#l10n_pl_ksef_certificate .text-bg-success";
const OFFLINE = "#l10n_pl_ksef_offline_certificate .text-bg-success";
const LISTED = "button[name=action_l10n_pl_ksef_listed]";

tours.add("l10n_pl_ksef_sign_once", {
  steps: () => [
    {trigger: ".modal .o_l10n_pl_ksef_welcome"},
    click(".modal button[name=action_sign_once]"),
    environment("test"),
    click(inModal("action_next")),
    click(inModal("action_download")),
    {
      content: "certificates will be ordered",
      trigger: ".modal .o_field_widget[name=order_certificates] input:checked",
    },
    {trigger: ".modal .o_l10n_pl_ksef_countdown"},
    click(".modal button[special=cancel], .modal .btn-close"),
    {trigger: "body:not(:has(.modal))"},
  ],
});

tours.add("l10n_pl_ksef_signed_once", {
  steps: () => [
    click("button[name=action_l10n_pl_ksef_go_on]"),
    upload("signed_file", "ksef_signed", "podpisany.xml"),
    click(inModal("action_upload")),
    connected,
    {content: "the login works", trigger: CERTIFICATE},
    {content: "offline invoices can be signed", trigger: OFFLINE},
  ],
});

tours.add("l10n_pl_ksef_before_renewal", {
  steps: () => [
    {trigger: CERTIFICATE},
    {trigger: OFFLINE},
    click("#l10n_pl_ksef_certificate button[name=action_l10n_pl_ksef_certificates]"),
    {
      content: "one of each",
      trigger:
        ".o_list_view:has(.o_data_row:nth-child(2)):not(:has(.o_data_row:nth-child(3)))",
    },
  ],
});

tours.add("l10n_pl_ksef_after_renewal", {
  steps: () => [
    {trigger: CERTIFICATE},
    {trigger: OFFLINE},
    click(LISTED),
    {
      content: "two of each in KSeF, one of each in use here",
      trigger: ".o_list_view:has(.o_data_row:nth-child(4))",
    },
    {
      content: "the new ones are in use",
      trigger: ".o_data_row .o_field_widget[name=use] .text-bg-info",
    },
  ],
});

tours.add("l10n_pl_ksef_revoke", {
  steps: () => [
    click(LISTED),
    click(".o_data_row:contains(Kasa w sklepie) button[name=action_revoke]"),
    {content: "what stops", trigger: ".modal .alert-warning"},
    click(".modal .o_field_widget[name=reason] input[data-value=Superseded]"),
    click(inModal("action_revoke")),
    {trigger: "body:not(:has(.modal))"},
    {trigger: "body:not(:has(.o_data_row:contains(Kasa w sklepie)))"},
  ],
});
