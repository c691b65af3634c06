import {click} from "@l10n_pl_ksef/../tests/tours/connect_tours";
import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const pane = ".o_l10n_pl_ksef_pane";
const shown = (number, name) => `${pane}:contains(${number}) button[name=${name}]`;
const gone = (number) => ({
  content: `${number} is worked off`,
  trigger: `body:not(:has(.modal)) .o_action_manager:not(:has(.o_data_row:contains(${number})))`,
});
const key = (name) => ({
  content: `press ${name}`,
  trigger: pane,
  run: () =>
    document.body.dispatchEvent(
      new KeyboardEvent("keydown", {key: name, bubbles: true})
    ),
});

/** Thirty bills of ten vendors are worked off; the clicks are counted. */
tours.add("l10n_pl_ksef_workplace_morning", {
  steps: () => [
    // 1 and 2 open the page from the menu: the test begins on it.
    {content: "thirty wait", trigger: ".o_pager_limit:contains(30)"},
    click("thead .o_list_record_selector input", "3: all of them"),
    click(".o_control_panel button[name=action_confirm]", "4: confirm"),
    {content: "four are left to look at", trigger: ".o_pager_limit:contains(/^4$/)"},
    {
      content: "what looks suspicious is told beside the picture",
      trigger: `${pane}:contains(ZLE/1) > .alert-warning`,
    },
    click(shown("ZLE/1", "action_not_ours"), "5: it is not ours"),
    click(".modal button[name=action_not_ours]", "6: for the usual reason"),
    gone("ZLE/1"),
    click(shown("DUZE/1", "action_approve"), "7: approved and posted"),
    gone("DUZE/1"),
    click(shown("OBCY/2", "action_confirm"), "8: looked at"),
    gone("OBCY/2"),
    click(shown("OBCY/1", "action_confirm"), "9: looked at"),
    {content: "nothing is left to do", trigger: ".o_view_nocontent"},
  ],
});

/** From the keyboard: next, hand over, confirm, undo. */
tours.add("l10n_pl_ksef_workplace_keys", {
  steps: () => [
    {
      content: "the bill stands beside the picture",
      trigger: `${pane}:contains(K/3) > .o_l10n_pl_ksef_made td:contains(Towar)`,
    },
    key("j"),
    {trigger: `${pane}:contains(K/2)`},
    key("p"),
    gone("K/2"),
    key("h"),
    {trigger: ".modal .o_field_widget[name=user_id]"},
    click(".modal button[special=cancel], .modal .btn-close"),
    {trigger: "body:not(:has(.modal))"},
    key("u"),
    {
      content: "it is new again",
      trigger: ".o_data_row:has(td[name=progress] .text-bg-info)",
    },
  ],
});
