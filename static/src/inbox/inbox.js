import {Component, onWillStart, useEffect, useState} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {user} from "@web/core/user";
import {ListController} from "@web/views/list/list_controller";
import {listView} from "@web/views/list/list_view";

// Narrower, there is no room for a list and a picture beside each other.
const WIDE = 1200;
const OPEN = ["new", "error", "proposed"];

/** One invoice of the inbox beside the list: its picture, and what can be done. */
export class InboxPane extends Component {
  static template = "l10n_pl_ksef.InboxPane";
  static props = {record: Object, open: Function};

  setup() {
    this.state = useState({mayAct: false});
    onWillStart(async () => {
      this.state.mayAct = await user.hasGroup("account.group_account_invoice");
    });
  }

  get data() {
    return this.props.record.data;
  }

  get isOpen() {
    return this.state.mayAct && OPEN.includes(this.data.state);
  }

  get picture() {
    return `/l10n_pl_ksef/received/${this.props.record.resId}`;
  }

  /** Do as the list's own buttons do, which reloads it afterwards. */
  press(name) {
    const {context, evalContext, resModel, resId} = this.props.record;
    return this.env.onClickViewButton({
      clickParams: {type: "object", name},
      getResParams: () => ({context, evalContext, resModel, resId, resIds: [resId]}),
    });
  }
}

/**
 * The inbox as a work table: a click shows the picture of an invoice beside the list, a
 * second one opens the invoice.
 */
export class InboxController extends ListController {
  static template = "l10n_pl_ksef.InboxView";
  static components = {...ListController.components, InboxPane};

  setup() {
    super.setup();
    this.pane = useState({id: false, isWide: this.isWide()});
    const onResize = () => (this.pane.isWide = this.isWide());
    useEffect(
      () => {
        window.addEventListener("resize", onResize);
        return () => window.removeEventListener("resize", onResize);
      },
      () => []
    );
    useEffect(
      (id) => this.rootRef.el && this.mark(id),
      () => [this.shown?.resId, this.model.root.records]
    );
  }

  isWide() {
    return window.innerWidth >= WIDE;
  }

  /** The records on the page, those of open groups, too. */
  get records() {
    const {root} = this.model;
    const inGroups = (list) =>
      list.groups ? list.groups.flatMap((group) => inGroups(group.list)) : list.records;
    return this.model.isReady && !this.model.useSampleModel ? inGroups(root) : [];
  }

  get shown() {
    const {records} = this;
    const first = this.model.root.isGrouped ? undefined : records[0];
    return records.find(({resId}) => resId === this.pane.id) || first;
  }

  get hasPane() {
    return this.pane.isWide && !this.env.inDialog && Boolean(this.shown);
  }

  /** The row of what is shown stands out. */
  mark(id) {
    for (const row of this.rootRef.el.querySelectorAll(".o_data_row")) {
      const record = this.records.find((each) => each.id === row.dataset.id);
      row.classList.toggle("table-active", this.hasPane && record?.resId === id);
    }
  }

  async openRecord(record, options) {
    if (!this.hasPane || options?.newWindow || record.resId === this.pane.id) {
      return super.openRecord(record, options);
    }
    this.pane.id = record.resId;
  }

  openShown() {
    return super.openRecord(this.shown);
  }
}

registry.category("views").add("l10n_pl_ksef_inbox", {
  ...listView,
  Controller: InboxController,
});
