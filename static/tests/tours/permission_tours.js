import {click, inModal} from "./connect_tours";
import {registry} from "@web/core/registry";

const type = (field, value) => ({
  content: `enter ${field}`,
  trigger: `.modal .o_field_widget[name=${field}] input:visible`,
  run: `edit ${value}`,
});
const done = {
  content: "KSeF has done it",
  trigger: ".o_form_view .o_arrow_button_current[data-value=done]",
};
const backToList = click(".breadcrumb-item a:contains(Uprawnienia w KSeF)");
const anna = ".o_data_row:contains(Anna Nowak)";

registry.category("web_tour.tours").add("l10n_pl_ksef_permissions", {
  steps: () => [
    click("button[name=action_l10n_pl_ksef_rights]"),
    {
      content: "what this login may do",
      trigger: ".o_form_view .o_field_widget[name=rights_shown]",
    },
    click("button[name=action_permissions]"),
    click(".o_control_panel button:contains(Nadaj)"),
    click(".modal .o_field_widget[name=who] input[data-value=employee]"),
    type("identifier", "85010112345"),
    type("first_name", "Anna"),
    type("last_name", "Nowak"),
    click(inModal("action_grant")),
    done,
    backToList,
    click(`${anna} .o_data_cell`),
    click(".o_statusbar_buttons button[name=action_revoke]"),
    {content: "what is taken back", trigger: `.modal ${anna}`},
    click(inModal("action_revoke")),
    done,
    backToList,
    {
      content: "nobody has it any more",
      trigger: `.o_list_view:not(:has(${anna}))`,
    },
  ],
});
