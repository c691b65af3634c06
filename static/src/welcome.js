import {DashboardKanbanRenderer} from "@account/views/account_dashboard_kanban/account_dashboard_kanban_renderer";
import {registry} from "@web/core/registry";
import {session} from "@web/session";
import {user} from "@web/core/user";
import {useService} from "@web/core/utils/hooks";
import {Component, onWillStart, useState} from "@odoo/owl";

/** Opens the welcome screen once, when the first page is there. */
const welcome = {
  dependencies: ["action", "orm"],
  start(env, {action, orm}) {
    if (!session.l10n_pl_ksef_welcome) {
      return;
    }
    const show = async () => {
      await orm.call("res.company", "l10n_pl_ksef_welcomed", []);
      action.doAction("l10n_pl_ksef.action_welcome");
    };
    // Earlier, the window would take the place of the page that is being loaded.
    env.bus.addEventListener("ACTION_MANAGER:UI-UPDATED", show, {once: true});
  },
};
registry.category("services").add("l10n_pl_ksef_welcome", welcome);

/** Stays on the invoicing dashboard until the company is connected to KSeF. */
export class KsefBanner extends Component {
  static template = "l10n_pl_ksef.Banner";
  static props = {};

  setup() {
    this.action = useService("action");
    this.orm = useService("orm");
    this.state = useState({banner: false, company: ""});
    onWillStart(async () => {
      if (await user.hasGroup("account.group_account_manager")) {
        const greeting = await this.orm.call(
          "res.company",
          "l10n_pl_ksef_greeting",
          []
        );
        Object.assign(this.state, greeting);
      }
    });
  }

  connect() {
    this.action.doAction("l10n_pl_ksef.action_connect");
  }
}
DashboardKanbanRenderer.components = {
  ...DashboardKanbanRenderer.components,
  KsefBanner,
};
