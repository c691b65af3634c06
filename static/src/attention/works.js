import {Component, onMounted, onWillStart, useState} from "@odoo/owl";
import {KanbanController} from "@web/views/kanban/kanban_controller";
import {ListController} from "@web/views/list/list_controller";
import {patch} from "@web/core/utils/patch";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useChanges} from "@l10n_pl_ksef/live_record/live_list";
import {user} from "@web/core/user";
import {useService} from "@web/core/utils/hooks";

const PAGES = [
  "account.move",
  "l10n_pl_ksef.attention",
  "l10n_pl_ksef.bill",
  "l10n_pl_ksef.document",
  "l10n_pl_ksef.fetch",
];

/** Whoever may see what waits for people, and is asked once. */
export async function mayRead() {
  const groups = ["account.group_account_invoice", "account.group_account_readonly"];
  const are = await Promise.all(groups.map((group) => user.hasGroup(group)));
  return are.some(Boolean);
}

/** Bars of the works that are under way; nothing when there are none. */
export class KsefBars extends Component {
  static template = "l10n_pl_ksef.Bars";
  static props = {works: Array};

  setup() {
    this.action = useService("action");
  }

  percent({done, total}) {
    return total ? Math.round((100 * done) / total) : 0;
  }

  open({model, id}) {
    if (model === "l10n_pl_ksef.document") {
      this.action.doAction("l10n_pl_ksef.action_waiting");
    } else {
      this.action.doAction({
        type: "ir.actions.act_window",
        res_model: model,
        res_id: id,
        views: [[false, "form"]],
        target: model === "l10n_pl_ksef.bundle" ? "new" : "current",
      });
    }
  }
}

/** The same, which asks by itself: at the top of the lists where works begin. */
export class KsefWorks extends Component {
  static template = "l10n_pl_ksef.Works";
  static components = {KsefBars};
  static props = {};

  setup() {
    // A page may be left at any moment: its answers come to nobody, and are no fault.
    this.orm = this.env.services.orm.silent;
    this.state = useState({works: []});
    this.isAllowed = false;
    onWillStart(async () => {
      this.isAllowed = await mayRead();
    });
    // What there is to see comes after the list itself.
    onMounted(() => this.load());
    useChanges((take) => {
      take();
      this.load();
    });
  }

  async load() {
    if (this.isAllowed) {
      this.state.works = await this.orm.call("l10n_pl_ksef.attention", "get_works", []);
    }
  }
}

/** The bar of the record that a form shows. */
export class FormWorks extends KsefWorks {
  static props = {...standardWidgetProps};

  async load() {
    await super.load();
    const {resModel, resId} = this.props.record;
    this.state.works = this.state.works.filter(
      ({model, id}) => model === resModel && id === resId
    );
  }
}

registry.category("view_widgets").add("l10n_pl_ksef_works", {component: FormWorks});

for (const controller of [ListController, KanbanController]) {
  patch(controller.prototype, {
    get l10nPlKsefWorks() {
      const isPage = PAGES.includes(this.props.resModel) && !this.env.inDialog;
      return isPage ? KsefWorks : null;
    },
  });
}
