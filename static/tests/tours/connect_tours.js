import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");

/** Puts an attachment, whose id a cookie holds, into a file field as people do. */
export function upload(field, cookie, filename) {
  return {
    content: `choose a file for ${field}`,
    trigger: `.modal .o_field_widget[name=${field}] input[type=file]:not(:visible)`,
    async run() {
      const id = document.cookie.match(new RegExp(`${cookie}=(\\d+)`))[1];
      const answer = await fetch(`/web/content/${id}`);
      const files = new DataTransfer();
      files.items.add(new File([await answer.blob()], filename));
      this.anchor.files = files.files;
      this.anchor.dispatchEvent(new Event("change", {bubbles: true}));
      // The field reads the file by and by; whoever goes on before has chosen none.
      const chosen = `.modal .o_field_widget[name=${field}] .o_clear_file_button`;
      while (!document.querySelector(chosen)) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
  };
}

export function click(trigger, content = trigger) {
  return {content, trigger, run: "click"};
}

export const inModal = (name) => `.modal button[name=${name}]:enabled`;
export const environment = (value) =>
  click(`.modal .o_field_widget[name=environment] input[data-value=${value}]`);
export const method = (value) =>
  click(`.modal .o_field_widget[name=method] input[data-value=${value}]`);
export const connected = {
  content: "KSeF has authorised the company",
  trigger: ".o_notification:has(.bg-success)",
};
export const refused = [
  {
    content: "a sentence says why",
    trigger: ".o_error_dialog, .o_dialog .modal-body:not(:has(form))",
  },
  click(".modal:has(.o_error_dialog) .btn-primary, .o_error_dialog .btn-primary"),
];

export const certificate = [
  environment("test"),
  upload("certificate_file", "ksef_certificate", "certyfikat.crt"),
  upload("key_file", "ksef_key", "klucz.key"),
  {
    content: "the key's password",
    trigger: ".modal .o_field_widget[name=password] input",
    run: "edit haslo-1234",
  },
  click(inModal("action_add")),
];

tours.add("l10n_pl_ksef_certificate", {
  steps: () => [
    click("button[name=action_l10n_pl_ksef_add_certificate]"),
    ...certificate,
    connected,
    {trigger: "#l10n_pl_ksef_connection .text-bg-success"},
  ],
});

tours.add("l10n_pl_ksef_token", {
  steps: () => [
    click("button[name=action_l10n_pl_ksef_connect]"),
    environment("test"),
    method("token"),
    {
      trigger: ".modal .o_field_widget[name=token] input",
      async run(actions) {
        const id = document.cookie.match(/ksef_token=(\d+)/)[1];
        const answer = await fetch(`/web/content/${id}`);
        await actions.edit(await answer.text());
      },
    },
    click(inModal("action_next")),
    connected,
    {trigger: "#l10n_pl_ksef_connection .text-bg-success"},
  ],
});

tours.add("l10n_pl_ksef_sign_download", {
  steps: () => [
    click("button[name=action_l10n_pl_ksef_connect]"),
    environment("test"),
    method("signed_file"),
    click(inModal("action_next")),
    click(inModal("action_download")),
    {
      content: "the countdown runs",
      trigger: ".modal .o_l10n_pl_ksef_countdown:contains(/^[0-4]:[0-5][0-9]$/)",
    },
    click(".modal button[special=cancel], .modal .btn-close"),
    {trigger: "body:not(:has(.modal))"},
  ],
});

tours.add("l10n_pl_ksef_sign_upload", {
  steps: () => [
    click("button[name=action_l10n_pl_ksef_go_on]"),
    upload("signed_file", "ksef_signed", "podpisany.xml"),
    click(inModal("action_upload")),
    connected,
    {trigger: "#l10n_pl_ksef_connection .text-bg-success"},
  ],
});

tours.add("l10n_pl_ksef_refusals", {
  steps: () => [
    click("button[name=action_l10n_pl_ksef_add_certificate]"),
    environment("production"),
    {
      content: "what production means",
      trigger: ".modal .alert-warning:visible",
    },
    upload("certificate_file", "ksef_certificate", "certyfikat.crt"),
    upload("key_file", "ksef_key", "klucz.key"),
    click(inModal("action_add")),
    ...refused,
    environment("test"),
    {
      trigger: ".modal .o_field_widget[name=password] input",
      run: "edit inne-haslo",
    },
    click(inModal("action_add")),
    ...refused,
    click(".modal button[special=cancel], .modal .btn-close"),
    {trigger: "body:not(:has(.modal))"},
  ],
});

tours.add("l10n_pl_ksef_wrong_answers", {
  steps: () => [
    click("button[name=action_l10n_pl_ksef_connect]"),
    environment("production"),
    method("signed_file"),
    click(inModal("action_next")),
    ...refused,
    environment("test"),
    {
      content: "a NIP whose control digit does not match",
      trigger: ".modal .o_field_widget[name=nip] input",
      run: "edit 1234567890",
    },
    click(inModal("action_next")),
    ...refused,
    click(".modal button[special=cancel], .modal .btn-close"),
    {trigger: "body:not(:has(.modal))"},
  ],
});

tours.add("l10n_pl_ksef_sign_refused", {
  steps: () => [
    click("button[name=action_l10n_pl_ksef_go_on]"),
    upload("signed_file", "ksef_signed", "niepodpisany.xml"),
    click(inModal("action_upload")),
    ...refused,
    {
      content: "the time goes on",
      trigger: ".modal .o_l10n_pl_ksef_countdown",
    },
    click(".modal button[special=cancel], .modal .btn-close"),
    {trigger: "body:not(:has(.modal))"},
  ],
});

tours.add("l10n_pl_ksef_welcome", {
  steps: () => [
    {trigger: ".modal .o_l10n_pl_ksef_welcome"},
    click(".modal .o_l10n_pl_ksef_skip"),
    {trigger: "body:not(:has(.modal))"},
    {trigger: ".o_l10n_pl_ksef_banner"},
  ],
});

tours.add("l10n_pl_ksef_banner", {
  steps: () => [
    {trigger: ".o_l10n_pl_ksef_banner:not(:has(.modal))"},
    {trigger: "body:not(:has(.o_l10n_pl_ksef_welcome))"},
    click(".o_l10n_pl_ksef_banner button"),
    {trigger: ".modal .o_field_widget[name=method]"},
  ],
});

tours.add("l10n_pl_ksef_send_goes_on", {
  steps: () => [
    click("button[name=action_l10n_pl_ksef_send]"),
    ...certificate,
    {
      content: "the invoice is in KSeF",
      trigger: ".o_field_widget[name=l10n_pl_ksef_state] .text-bg-success",
    },
  ],
});

tours.add("l10n_pl_ksef_fetch_goes_on", {
  steps: () => [
    click("button[name=action_l10n_pl_ksef_fetch]"),
    ...certificate,
    {content: "fetching has begun", trigger: ".o_notification:has(.bg-info)"},
    {trigger: "body:not(:has(.modal))"},
  ],
});

tours.add("l10n_pl_ksef_disconnect", {
  steps: () => [
    click("button[name=action_l10n_pl_ksef_disconnect]"),
    click(".modal .btn-primary", "the confirmation says what will stop"),
    {trigger: "button[name=action_l10n_pl_ksef_connect].btn-primary:visible"},
  ],
});
