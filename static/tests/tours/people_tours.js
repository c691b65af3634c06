import {click} from "@l10n_pl_ksef/../tests/tours/connect_tours";
import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");

/** Each click is a step of its own: there are as many as are counted. */
tours.add("l10n_pl_ksef_one_click", {
  steps: () => [
    click("button[name=action_post]:visible", "1: confirm"),
    {
      content: "confirmed, and on its way to KSeF",
      trigger: ".o_statusbar_status .o_arrow_button_current[data-value=posted]",
    },
  ],
});

tours.add("l10n_pl_ksef_three_clicks", {
  steps: () => [
    click("thead .o_list_record_selector input", "1: all of them"),
    click(".o_cp_action_menus .dropdown-toggle:has(.fa-cog)", "2: what to do"),
    click(".o-dropdown-item:contains(Wyślij do KSeF)", "3: send"),
    {content: "it is told in words", trigger: ".o_notification"},
  ],
});

tours.add("l10n_pl_ksef_auditor", {
  steps: () => [
    {
      content: "the tile tells the auditor, too",
      trigger: ".o_l10n_pl_ksef_tile a[data-kind=incomplete]:contains(1)",
    },
    click(".o_l10n_pl_ksef_tile .o_l10n_pl_ksef_attention"),
    {
      content: "a reason, and nothing to press",
      trigger: ".o_data_row td[name=reason]",
      run() {
        if (document.querySelector(".o_data_row td[name=button] button")) {
          throw new Error("an auditor has a button");
        }
      },
    },
  ],
});
