import {click} from "./connect_tours";
import {registry} from "@web/core/registry";

/** What opens is there at the first click, though its company is not chosen. */
registry.category("web_tour.tours").add("l10n_pl_ksef_office_opens", {
  steps: () => [
    click(".o_data_row:contains(Klient 000) [name=name]"),
    {
      content: "its connection",
      trigger: ".o_form_view .o_field_widget[name=company_id]:contains(Klient 000)",
    },
    click(".breadcrumb-item a, .o_back_button", "back to the companies"),
    click(".o_data_row:contains(Klient 001) [name=name]"),
    {
      content: "where the other is connected",
      trigger: ".modal .o_field_widget[name=method]",
    },
  ],
});
