import {Component, onMounted, onWillUnmount, status} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

const PAUSE = 2000;
// After that it is left to the background.
const TIMES = 45;
const ON_THE_WAY = ["ordered", "processing", "connected"];

/**
 * In a window that connects a company: asks KSeF again every two seconds, and goes on
 * with what was begun as soon as KSeF has decided.
 */
export class AskAgain extends Component {
  static template = "l10n_pl_ksef.LiveRecord";
  static props = {...standardWidgetProps};

  setup() {
    this.orm = this.env.services.orm.silent;
    this.times = 0;
    onMounted(() => this.later());
    onWillUnmount(() => clearTimeout(this.timer));
  }

  later() {
    if (this.times++ < TIMES) {
      this.timer = setTimeout(() => this.ask(), PAUSE);
    }
  }

  async ask() {
    const {record} = this.props;
    const {connection_id: connection, state} = record.data;
    if (record.resId && connection && ON_THE_WAY.includes(state)) {
      const model = record.resModel;
      const result = await this.orm.call(model, "action_check", [[record.resId]]);
      if (status(this) === "destroyed") {
        // Closed meanwhile.
        return;
      }
      if (result.res_model !== model) {
        // The window that this stands in is closed by it.
        const {action} = this.env.services;
        await action.doAction({type: "ir.actions.act_window_close"});
        await action.doAction(result);
        return;
      }
      await record.load();
    }
    this.later();
  }
}

registry.category("view_widgets").add("l10n_pl_ksef_ask_again", {component: AskAgain});
