import {Component, onWillStart, useState} from "@odoo/owl";
import {KsefBars, mayRead} from "@l10n_pl_ksef/attention/works";
import {DashboardKanbanRenderer} from "@account/views/account_dashboard_kanban/account_dashboard_kanban_renderer";
import {useChanges} from "@l10n_pl_ksef/live_record/live_list";
import {useService} from "@web/core/utils/hooks";

/** What waits for people, what is being done and how the month goes, all of KSeF. */
export class KsefTile extends Component {
  static template = "l10n_pl_ksef.Tile";
  static components = {KsefBars};
  static props = {};

  setup() {
    this.action = useService("action");
    this.orm = this.env.services.orm.silent;
    this.state = useState({
      is_shown: false,
      lines: [],
      urgent: [],
      works: [],
      month: {},
    });
    this.isAllowed = false;
    onWillStart(async () => {
      this.isAllowed = await mayRead();
      await this.load();
    });
    useChanges((take) => {
      take();
      this.load();
    });
  }

  async load() {
    if (this.isAllowed) {
      const model = "l10n_pl_ksef.attention";
      const overview = await this.orm.call(model, "get_overview", []);
      Object.assign(this.state, overview);
    }
  }

  get total() {
    return this.state.lines.reduce((sum, {count}) => sum + count, 0);
  }

  /** Two bars of each day, as high as the day's numbers are beside the highest. */
  get bars() {
    const {days = [], sent = [], received = []} = this.state.month;
    const highest = Math.max(1, ...sent, ...received);
    return days.map((day, index) => ({
      day,
      sent: sent[index] || 0,
      received: received[index] || 0,
      sentHeight: Math.round((40 * (sent[index] || 0)) / highest),
      receivedHeight: Math.round((40 * (received[index] || 0)) / highest),
    }));
  }

  sum(name) {
    return (this.state.month[name] || []).reduce((sum, count) => sum + count, 0);
  }

  open(kind) {
    this.action.doAction("l10n_pl_ksef.action_attention", {
      additionalContext: kind ? {search_default_kind: kind} : {},
    });
  }

  async act(line) {
    await this.action.doActionButton({
      type: "object",
      name: "action_do",
      resModel: "l10n_pl_ksef.attention",
      resId: line.id,
      resIds: [line.id],
      context: {},
      onClose: () => this.load(),
    });
  }
}
DashboardKanbanRenderer.components = {
  ...DashboardKanbanRenderer.components,
  KsefTile,
};
