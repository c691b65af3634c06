import {InboxController, InboxPane} from "@l10n_pl_ksef/inbox/inbox";
import {onWillStart, onWillUpdateProps, useExternalListener, useState} from "@odoo/owl";
import {formatFloat} from "@web/core/utils/numbers";
import {patch} from "@web/core/utils/patch";
import {useService} from "@web/core/utils/hooks";

const OPEN = ["new", "error", "proposed"];
// What of a bill stands beside its picture.
const NAMED = {fields: {display_name: {}}};
const BILL = {
  l10n_pl_ksef_rule_text: {},
  l10n_pl_ksef_order_text: {},
  l10n_pl_ksef_approval_text: {},
  invoice_line_ids: {
    fields: {
      name: {},
      price_subtotal: {},
      display_type: {},
      account_id: NAMED,
      tax_ids: NAMED,
    },
  },
};
// Key -> what it does with an open row, with a draft that was made, with an ignored one.
const KEYS = {
  c: {open: "action_make_bill"},
  p: {open: "action_make_and_post", draft: "action_confirm"},
  a: {draft: "action_approve"},
  h: {open: "action_hand_over", draft: "action_hand_over"},
  i: {open: "action_ignore"},
  l: {open: "action_link"},
  n: {open: "action_not_ours", draft: "action_not_ours"},
  u: {draft: "action_undo", ignored: "action_restore"},
};
// The field that is there where the company uses the part that the action is of.
const NEEDS = {
  action_hand_over: "user_id",
  action_not_ours: "signs_text",
  action_approve: "may_approve",
};

/** Whether a row may be worked off here: the company uses a part of the workplace. */
const isDesk = (data) => "is_linked" in data;

patch(InboxPane, {props: {...InboxPane.props, step: Function}});

/** The bill beside its picture, and keys for all that is done with it. */
patch(InboxPane.prototype, {
  setup() {
    super.setup();
    this.orm = useService("orm");
    this.bill = useState({lines: [], texts: []});
    onWillStart(() => this.readBill(this.props));
    onWillUpdateProps((props) => this.readBill(props));
    useExternalListener(window, "keydown", (event) => this.onKey(event));
  },

  get isDesk() {
    return isDesk(this.data);
  },

  get isDraft() {
    return this.state.mayAct && this.isDesk && this.data.progress === "draft";
  },

  amount(value) {
    return formatFloat(value, {digits: [16, 2]});
  },

  uses(name) {
    return !(name in NEEDS) || NEEDS[name] in this.data;
  },

  async readBill({record}) {
    const {data} = record;
    Object.assign(this.bill, {lines: [], texts: []});
    if (!isDesk(data) || !data.move_id) {
      return;
    }
    const ids = [data.move_id.id];
    const [bill] = await this.orm.webRead("account.move", ids, {specification: BILL});
    this.bill.texts = [
      bill.l10n_pl_ksef_approval_text,
      bill.l10n_pl_ksef_order_text,
      bill.l10n_pl_ksef_rule_text,
    ].filter(Boolean);
    this.bill.lines = bill.invoice_line_ids.filter(
      (line) => line.display_type === "product"
    );
  },

  onKey(event) {
    const isTyping = event.target.closest?.(
      "input:not([type=checkbox]), textarea, select, [contenteditable=true]"
    );
    const hasModifier = event.altKey || event.ctrlKey || event.metaKey;
    if (isTyping || hasModifier || document.querySelector(".modal") || !this.isDesk) {
      return;
    }
    const key = event.key.toLowerCase();
    const name = this.state.mayAct && KEYS[key]?.[this.stage];
    if (key === "j" || key === "k") {
      this.props.step(key === "j" ? 1 : -1);
    } else if (key === "o") {
      this.props.open();
    } else if (name && this.uses(name)) {
      this.press(name);
    } else {
      return;
    }
    event.preventDefault();
  },

  get stage() {
    return OPEN.includes(this.data.state) ? "open" : this.data.progress;
  },
});

patch(InboxController.prototype, {
  /** Show the next record, or the one before. */
  step(by) {
    const {records} = this;
    const next = records[records.indexOf(this.shown) + by];
    if (next) {
      this.pane.id = next.resId;
    }
  },
});
