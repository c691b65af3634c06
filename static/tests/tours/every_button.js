import {browser} from "@web/core/browser/browser";
import {registry} from "@web/core/registry";
import {rpcBus} from "@web/core/network/rpc";
import {patch} from "@web/core/utils/patch";
import {ErrorDialog} from "@web/core/errors/error_dialogs";

/* Presses buttons that the server names, each on its own page, as people do. */

const crashes = [];
const opened = [];
// Calls that were made since we look, and have no answer yet.
const pending = new Set();

/** Nothing is asked of the server, and the page has been drawn. */
async function settled() {
  for (let quiet = 0; quiet < 5; quiet++) {
    await new Promise((resolve) => setTimeout(resolve, 40));
    if (pending.size) {
      quiet = -1;
    }
  }
}

/**
 * Return the button once it is drawn, on whatever page of the form; undefined when it is
 * not shown.
 */
async function find(page, button) {
  for (let times = 0; times < 4; times++) {
    for (const tab of [null, ...document.querySelectorAll(".o_notebook_headers a")]) {
      tab?.click();
      const element = look(page, button);
      if (element) {
        return element;
      }
      await settled();
    }
  }
}

function look(page, button) {
  const scope = page.target === "new" ? ".modal " : ".o_action_manager ";
  const selectors = {
    header: `${scope}.o_control_panel button[name="${button.name}"]`,
    row: `${scope}.o_data_row button[name="${button.name}"]`,
    card: `${scope}.o_kanban_record [name="${button.name}"]`,
    form: `${scope}button[name="${button.name}"]`,
  };
  const all = [...document.querySelectorAll(selectors[button.place])];
  return all.find((each) => each.offsetParent && !each.disabled);
}

async function press(action, page, button) {
  await action.doAction(page.action, {clearBreadcrumbs: page.target !== "new"});
  await settled();
  if (button.place === "header" && !button.always) {
    document.querySelector(".o_data_row .o_list_record_selector input")?.click();
    await settled();
  }
  const element = await find(page, button);
  if (!element) {
    return false;
  }
  element.click();
  await settled();
  // What asks first is answered with yes.
  const confirm = document.querySelector(
    ".modal:not(:has(.o_form_view)):not(:has(.o_error_dialog)) .modal-footer .btn-primary"
  );
  if (confirm) {
    confirm.click();
    await settled();
  }
  return true;
}

const pressed = [];
let pages = [];

/** Fetch the pages, and see what the browser does from now on. */
async function begin() {
  const [, id] = document.cookie.match(/ksef_pages=(\d+)/);
  pages = await (await fetch(`/web/content/${id}`)).json();
  // What would open in a page of its own is fetched instead.
  browser.open = (url) => {
    opened.push(url);
    return {focus() {}};
  };
  rpcBus.addEventListener("RPC:REQUEST", ({detail}) => pending.add(detail.data.id));
  rpcBus.addEventListener("RPC:RESPONSE", ({detail}) => pending.delete(detail.data.id));
  patch(ErrorDialog.prototype, {
    setup() {
      super.setup();
      crashes.push(`${this.props.message}\n${this.props.traceback}`);
    },
  });
}

async function pressPage(page, {action, dialog}) {
  for (const button of page.buttons) {
    if (await press(action, page, button)) {
      pressed.push(button.key);
    }
    for (const url of opened.splice(0)) {
      const got = await fetch(url);
      if (!got.ok) {
        crashes.push(`${url}: ${got.status}`);
      }
    }
    if (crashes.length) {
      throw new Error(`${button.key}: ${crashes.join("\n")}`);
    }
    dialog.closeAll();
    await settled();
  }
}

// eslint-disable-next-line no-undef
const services = () => odoo.__WOWL_DEBUG__.root.env.services;
const step = (content, run) => ({content, trigger: ".o_main_navbar", run});

registry.category("web_tour.tours").add("l10n_pl_ksef_every_button", {
  steps: () => [
    step("begin", begin),
    // As many as there may be: those without a page do nothing.
    ...Array.from({length: 120}, (_each, index) =>
      step(`page ${index}`, async () => {
        if (pages[index]) {
          await pressPage(pages[index], services());
        }
      })
    ),
    step("tell what was pressed", () =>
      services().orm.call("ir.config_parameter", "set_param", [
        "l10n_pl_ksef_tests.pressed",
        JSON.stringify(pressed),
      ])
    ),
  ],
});
