import {registry} from "@web/core/registry";

const number = (text) => `.o_list_view td[name=invoice_number]:contains(${text})`;
const select = (text) => ({
  content: `select ${text}`,
  trigger: `.o_data_row:has(td[name=invoice_number]:contains(${text})) .o_list_record_selector input`,
  run: "click",
});

/** The accountant sees what is new, looks at one, makes bills and posts one. */
registry.category("web_tour.tours").add("l10n_pl_ksef_morning", {
  steps: () => [
    {
      content: "twelve are new",
      trigger: "a[name=action_l10n_pl_ksef_open_new]:contains(12)",
      run: "click",
    },
    {
      content: "open one of them",
      trigger: number("M/000012"),
      run: "click",
    },
    {
      // It opens in another page: the test fetches it itself.
      content: "its picture is at hand, without a bill",
      trigger: ".o_form_view button[name=action_picture]",
    },
    {
      content: "back to the list",
      trigger: ".o_back_button a",
      run: "click",
    },
    select("M/000010"),
    select("M/000011"),
    select("M/000012"),
    {
      content: "make their bills",
      trigger: "button[name=action_make_bill]",
      run: "click",
    },
    {
      content: "nine are left to do",
      trigger: `.o_list_view:not(:has(td[name=invoice_number]:contains(M/000012)))`,
    },
    {
      content: "see the others, too",
      trigger: ".o_searchview .o_facet_remove",
      run: "click",
    },
    {
      content: "open one that is in the books",
      trigger: number("M/000012"),
      run: "click",
    },
    {
      content: "open its bill",
      trigger: ".o_form_view button[name=action_open_bill]",
      run: "click",
    },
    {
      content: "post it",
      trigger: ".o_form_view button[name=action_post]:visible",
      run: "click",
    },
    {
      content: "it is posted",
      trigger: ".o_statusbar_status button.o_arrow_button_current[data-value=posted]",
    },
  ],
});
