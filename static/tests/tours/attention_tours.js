import {certificate, click} from "@l10n_pl_ksef/../tests/tours/connect_tours";
import {busService} from "@bus/services/bus_service";
import {patch} from "@web/core/utils/patch";
import {registry} from "@web/core/registry";

// A test commits nothing, so the server tells nothing: the tour says it in its place.
patch(busService, {
  start() {
    const service = super.start(...arguments);
    const listeners = new Set();
    const {subscribe, unsubscribe} = service;
    return Object.assign(service, {
      subscribe(type, callback) {
        listeners.add([type, callback]);
        subscribe(type, callback);
      },
      unsubscribe(type, callback) {
        for (const listener of listeners) {
          if (listener[1] === callback) {
            listeners.delete(listener);
          }
        }
        unsubscribe(type, callback);
      },
      l10nPlKsefSay(type, payload) {
        for (const [its, callback] of listeners) {
          if (its === type) {
            callback(payload, {id: 0});
          }
        }
      },
    });
  },
});

const tours = registry.category("web_tour.tours");
const inKsef = {
  content: "the invoice is in KSeF",
  trigger: ".o_field_widget[name=l10n_pl_ksef_state] .text-bg-success",
};
// In Polish, or as long as it waits for its translation.
const AWAY = /KSeF (nie odpowiada od|has not answered since) \d\d:\d\d/;
const LIMIT = "limit";
const NUMBER = "/\\d{10}-\\d{8}-[0-9A-F]{12}-[0-9A-F]{2}/";

function says(element, pattern) {
  const text = element.textContent;
  if (!pattern.test(text) || text.includes(LIMIT)) {
    throw new Error(`people read: ${text}`);
  }
}

tours.add("l10n_pl_ksef_down_5_seconds", {
  steps: () => [
    click("button[name=action_l10n_pl_ksef_send]:visible"),
    {
      content: "the answer says that KSeF is away, since when, and nothing of limits",
      trigger: ".o_notification:contains(KSeF)",
      run() {
        says(this.anchor, AWAY);
      },
    },
    {
      content: "so does the page",
      trigger: ".o_field_widget[name=l10n_pl_ksef_waiting_text]",
      run() {
        says(this.anchor, AWAY);
      },
    },
  ],
});

tours.add("l10n_pl_ksef_down_60_seconds", {
  steps: () => [
    {
      content: "it still says so",
      trigger:
        ".o_field_widget[name=l10n_pl_ksef_waiting_text], .o_field_widget[name=l10n_pl_ksef_outage_text]",
      run() {
        says(this.anchor, AWAY);
      },
    },
  ],
});

tours.add("l10n_pl_ksef_down_is_over", {
  steps: () => [
    inKsef,
    {
      content: "nothing of it is left",
      trigger:
        "body:not(:has(.o_field_widget[name=l10n_pl_ksef_waiting_text]:visible))",
    },
  ],
});

tours.add("l10n_pl_ksef_settings_without_trouble", {
  steps: () => [
    {trigger: "#l10n_pl_ksef_connection .text-bg-success"},
    {
      content: "the settings show no trouble",
      trigger:
        "#l10n_pl_ksef_connection:not(:contains(/(nie odpowiada|not answered)/))",
    },
  ],
});

const toDashboard = click(".o_back_button a", "back to the dashboard");

tours.add("l10n_pl_ksef_attention", {
  steps: () => [
    {
      content: "the journal says how many",
      trigger: "a[name=action_l10n_pl_ksef_open_attention]:contains(2)",
    },
    click(".o_l10n_pl_ksef_tile a[data-kind=rejected]:contains(1)"),
    {
      content: "each line has its reason",
      trigger: ".o_data_row td[name=reason]:contains(Zły NIP nabywcy)",
    },
    toDashboard,
    click(".o_l10n_pl_ksef_tile a[data-kind=missing]:contains(1)"),
    click(".o_data_row td[name=button] button"),
    {
      content: "one invoice, one sentence, with its number",
      trigger: `.o_notification:has(.bg-success):contains(${NUMBER})`,
    },
    {
      content: "the line is gone",
      trigger: ".o_list_view:not(:has(.o_data_row))",
    },
    toDashboard,
    click(".o_l10n_pl_ksef_tile .o_l10n_pl_ksef_attention"),
    {
      content: "all that waits, by kind",
      trigger: ".o_list_view .o_data_row td[name=kind] .badge",
    },
  ],
});

tours.add("l10n_pl_ksef_attention_urgent", {
  steps: () => [
    {
      content: "the reason stands on the dashboard, with what to do",
      trigger:
        ".o_l10n_pl_ksef_urgent:contains(Certyfikat odwołany):has(button.btn-primary)",
    },
  ],
});

tours.add("l10n_pl_ksef_attention_billing", {
  steps: () => [
    click(".o_l10n_pl_ksef_tile a[data-kind=rejected]"),
    {trigger: ".o_data_row td[name=reason]:contains(Zły NIP nabywcy)"},
  ],
});

tours.add("l10n_pl_ksef_connect_in_seconds", {
  steps: () => [
    click("button[name=action_l10n_pl_ksef_send]:visible"),
    ...certificate,
    {
      content: "without another click: connected, and the invoice is in KSeF",
      trigger: `.o_notification:has(.bg-success):contains(${NUMBER})`,
    },
    inKsef,
  ],
});

tours.add("l10n_pl_ksef_follows", {
  steps: () => [
    {
      content: "sent elsewhere, and the server says that it moved",
      trigger: "button[name=action_l10n_pl_ksef_send]:visible",
      async run() {
        const {orm, bus_service: bus} = odoo.__WOWL_DEBUG__.root.env.services;
        const id = Number(location.pathname.split("/").pop());
        await orm.call("account.move", "action_l10n_pl_ksef_send", [[id]]);
        const moved = {model: "account.move", ids: [id]};
        bus.l10nPlKsefSay("l10n_pl_ksef/changed", moved);
      },
    },
    inKsef,
  ],
});

const bar = (done, all) => ({
  content: `the bar stands at ${done} of ${all}`,
  trigger: `.o_l10n_pl_ksef_work:contains(${done} / ${all}) .progress[aria-valuenow="${Math.round((100 * done) / all)}"]`,
});

/** Sends another one beside those that wait, and says that it moved. */
const oneMore = {
  content: "another one is sent meanwhile",
  trigger: ".o_l10n_pl_ksef_work",
  async run() {
    const {orm, bus_service: bus} = odoo.__WOWL_DEBUG__.root.env.services;
    const unsent = [
      ["move_type", "=", "out_invoice"],
      ["state", "=", "posted"],
      ["l10n_pl_ksef_state", "=", false],
    ];
    const [id] = await orm.search("account.move", unsent, {limit: 1});
    await orm.call("account.move", "action_l10n_pl_ksef_send", [[id]]);
    const moved = {model: "account.move", ids: [id]};
    bus.l10nPlKsefSay("l10n_pl_ksef/changed", moved);
  },
};

tours.add("l10n_pl_ksef_bar_moves", {
  steps: () => [
    bar(0, 4),
    oneMore,
    bar(1, 5),
    click(".o_l10n_pl_ksef_tile .o_l10n_pl_ksef_attention", "leave the dashboard"),
    {content: "the page is there", trigger: ".o_list_view, .o_view_nocontent"},
    bar(1, 5),
    oneMore,
    bar(2, 6),
    toDashboard,
    {content: "back where it was", trigger: ".o_l10n_pl_ksef_tile"},
    bar(2, 6),
  ],
});

tours.add("l10n_pl_ksef_zip_of_many", {
  steps: () => [
    click("thead .o_list_record_selector input"),
    click(".o_cp_action_menus .dropdown-toggle:has(.fa-cog)"),
    click(".o-dropdown-item:contains(ZIP)"),
    click(".modal button[name=action_download]:enabled"),
    {
      content: "nobody waits in a window",
      trigger: "body:not(:has(.modal)) .o_notification:has(.bg-info)",
    },
    {
      content: "the server says that it began",
      trigger: ".o_list_view",
      run() {
        const {bus_service: bus} = odoo.__WOWL_DEBUG__.root.env.services;
        const moved = {model: "l10n_pl_ksef.bundle", ids: [0]};
        bus.l10nPlKsefSay("l10n_pl_ksef/changed", moved);
      },
    },
    bar(0, 3),
  ],
});

tours.add("l10n_pl_ksef_zip_is_ready", {
  steps: () => [
    bar(3, 3),
    click(".o_l10n_pl_ksef_work a"),
    {
      content: "the file has been taken",
      trigger: ".o_l10n_pl_ksef_tile",
      async run() {
        const {orm, bus_service: bus} = odoo.__WOWL_DEBUG__.root.env.services;
        const waiting = [["state", "!=", "taken"]];
        while ((await orm.search("l10n_pl_ksef.bundle", waiting)).length) {
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
        const moved = {model: "l10n_pl_ksef.bundle", ids: [0]};
        bus.l10nPlKsefSay("l10n_pl_ksef/changed", moved);
      },
    },
    {
      content: "its bar is gone",
      trigger: ".o_l10n_pl_ksef_tile:not(:has(.o_l10n_pl_ksef_work))",
    },
  ],
});

tours.add("l10n_pl_ksef_month", {
  steps: () => [
    {
      content: "the month stands in words",
      trigger: ".o_l10n_pl_ksef_month small .text-primary:contains(1)",
    },
    {
      content: "one bar for each day up to today, today's as high as it can be",
      trigger: ".o_l10n_pl_ksef_month [title*=': 1 / 0'] .bg-primary",
      run() {
        const days = this.anchor.closest(".o_l10n_pl_ksef_month");
        const count = days.querySelectorAll(".bg-primary").length;
        const last = [...days.querySelectorAll(".bg-primary")].pop();
        if (count < 1 || last !== this.anchor || this.anchor.offsetHeight !== 40) {
          throw new Error(`${count} days, ${this.anchor.offsetHeight} px`);
        }
      },
    },
  ],
});

tours.add("l10n_pl_ksef_settings_follow", {
  steps: () => [
    {
      content: "disconnected elsewhere, and the server says that it moved",
      trigger: "#l10n_pl_ksef_connection .text-bg-success",
      async run() {
        const {orm, bus_service: bus} = odoo.__WOWL_DEBUG__.root.env.services;
        const model = "l10n_pl_ksef.connection";
        const ids = await orm.search(model, [["state", "=", "connected"]]);
        await orm.call(model, "action_disconnect", [ids]);
        bus.l10nPlKsefSay("l10n_pl_ksef/changed", {model, ids});
      },
    },
    {
      content: "the page says so without being loaded anew",
      trigger:
        "#l10n_pl_ksef_connection button[name=action_l10n_pl_ksef_connect].btn-primary:visible",
    },
  ],
});
