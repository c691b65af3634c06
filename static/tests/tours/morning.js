import {click} from "@l10n_pl_ksef/../tests/tours/connect_tours";
import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const number = (text) => `.o_list_view td[name=invoice_number]:contains(${text})`;
const pane = ".o_l10n_pl_ksef_pane";
const header = (name) => click(`.o_control_panel button[name=${name}]`);
const select = (text) =>
  click(
    `.o_data_row:has(td[name=invoice_number]:contains(${text})) .o_list_record_selector input`,
    `select ${text}`
  );
const posted = {
  content: "it is posted",
  trigger: ".o_statusbar_status button.o_arrow_button_current[data-value=posted]",
};

/** The accountant sees what is new, looks at one, makes bills and posts one. */
tours.add("l10n_pl_ksef_morning", {
  steps: () => [
    click("a[name=action_l10n_pl_ksef_open_new]:contains(12)", "twelve are new"),
    click(number("M/000012"), "look at one of them"),
    {
      content: "its picture stands beside the list",
      trigger: `${pane}:contains(M/000012) iframe`,
    },
    select("M/000010"),
    select("M/000011"),
    select("M/000012"),
    header("action_make_bill"),
    {
      content: "what was made is told, with links",
      trigger: ".o_notification a[href*='/odoo/account.move/']",
    },
    {
      content: "nine are left to do",
      trigger: `.o_list_view:not(:has(td[name=invoice_number]:contains(M/000012)))`,
    },
    click(".o_searchview .o_facet_remove", "see the others, too"),
    click(number("M/000012"), "one that is in the books"),
    click(`${pane}:contains(M/000012) button[name=action_open_bill]`),
    click(".o_form_view button[name=action_post]:visible", "post it"),
    posted,
  ],
});

/** All that is new is booked and posted: four clicks from the dashboard. */
tours.add("l10n_pl_ksef_morning_clicks", {
  steps: () => [
    click("a[name=action_l10n_pl_ksef_open_new]:contains(4)", "1: four are new"),
    click("thead .o_list_record_selector input", "2: all of them"),
    click(".o_control_panel button[name=action_make_and_post]", "3: make and post"),
    {
      content: "what was made and posted is told, with links",
      trigger: ".o_notification a[href*='/odoo/account.move/']",
    },
    {content: "nothing is left to do", trigger: ".o_view_nocontent"},
  ],
});

/** One after the other, beside its picture. */
tours.add("l10n_pl_ksef_inbox", {
  steps: () => [
    {
      content: "the first one is shown at once",
      trigger: `${pane}:contains(M/000003) iframe`,
    },
    click(number("M/000001"), "another one"),
    {trigger: `.o_data_row.table-active:contains(M/000001)`},
    click(`${pane}:contains(M/000001) button[name=action_ignore]`),
    {trigger: ".o_notification a[href*='/odoo/ksef-received/']"},
    {trigger: `.o_list_view:not(:contains(M/000001))`},
    click(number("M/000002")),
    click(`${pane}:contains(M/000002) button[name=action_make_bill]`),
    {trigger: `.o_list_view:not(:contains(M/000002))`},
    click(`${pane}:contains(M/000003) button[name=action_make_and_post]`),
    {content: "nothing is left to do", trigger: ".o_view_nocontent"},
    click(".o_searchview .o_facet_remove", "see the others, too"),
    {
      content: "what was made is not called posted",
      trigger: ".o_data_row:contains(M/000002) td[name=progress] .text-bg-warning",
    },
    click(number("M/000002")),
    click(`${pane} .o_l10n_pl_ksef_open`, "open the invoice itself"),
    {trigger: ".o_form_view button[name=action_picture]"},
  ],
});

tours.add("l10n_pl_ksef_inbox_phone", {
  steps: () => [
    {
      content: "a card, not a table",
      trigger: ".o_kanban_record:contains(FV/1):contains(Dostawca)",
    },
    {trigger: `body:not(:has(${pane}))`},
    click(".o_kanban_record button[name=action_make_bill]"),
    {trigger: ".o_notification a[href*='/odoo/account.move/']"},
  ],
});
