import {InboxController, InboxPane} from "@l10n_pl_ksef/inbox/inbox";
import {onWillStart, onWillUpdateProps, useExternalListener, useState} from "@odoo/owl";
import {patch} from "@web/core/utils/patch";
import {useService} from "@web/core/utils/hooks";

// What of a bill stands beside its picture.
const BILL = {
  state: {},
  l10n_pl_ksef_rule_text: {},
  l10n_pl_ksef_order_text: {},
  l10n_pl_ksef_approval_text: {},
  invoice_line_ids: {
    fields: {
      name: {},
      price_subtotal: {},
      display_type: {},
      account_id: {fields: {display_name: {}}},
      tax_ids: {fields: {display_name: {}}},
    },
  },
};
// Key: what it does with an open row, or with a draft that was made.
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
// The part of the workplace without which a key does nothing.
const NEEDS = {
  action_hand_over: "user_id",
  action_not_ours: "signs_text",
  action_approve: "approval",
};

patch(InboxPane.prototype, {
  setup() {
    super.setup();
    this.orm = useService("orm");
    this.bill = useState({lines: [], texts: []});
    onWillStart(() => this.readBill(this.props));
    onWillUpdateProps((props) => this.readBill(props));
  },

  /** Whether the company uses a part of the workplace. */
  get isDesk() {
    return "is_linked" in this.data;
  }

  ,
  get isDraft() {
    return this.state.mayAct && this.isDesk && this.data.progress === "draft";
  },

  uses(name) {
    return NEEDS[name] in this.data;
  },

  async readBill({record}) {
    const id = record.data.move_id && record.data.move_id.id;
    Object.assign(this.bill, {lines: [], texts: []});
    if (!id || !("is_linked" in record.data)) {
      return;
    }
    const [bill] = await this.orm.webRead("account.move", [id], {specification: BILL});
    const texts = [
      bill.l10n_pl_ksef_approval_text,
      bill.l10n_pl_ksef_order_text,
      bill.l10n_pl_ksef_rule_text,
    ];
    this.bill.texts = texts.filter(Boolean);
    this.bill.lines = bill.invoice_line_ids.filter(
      (line) => line.display_type === "product"
    );
  },
});

patch(InboxController.prototype, {
  setup() {
    super.setup();
    useExternalListener(window, "keydown", (event) => this.onDeskKey(event));
  },

  onDeskKey(event) {
    const {target} = event;
    const isTyping = target.closest?.("input, textarea, select, [contenteditable=true]");
    const isElsewhere = isTyping || document.querySelector(".modal, .o_dialog");
    const hasModifier = event.altKey || event.ctrlKey || event.metaKey;
    if (isElsewhere || hasModifier || !this.hasPane) {
      return;
    }
    if (!("is_linked" in this.shown.data)) {
      return;
    }
    const key = event.key.toLowerCase();
    if (key === "j" || key === "k") {
      this.step(key === "j" ? 1 : -1);
    } else if (KEYS[key]) {
      this.pressKey(KEYS[key]);
    } else {
      return;
    }
    event.preventDefault();
  },

  step(by) {
    const {records} = this;
    const at = records.indexOf(this.shown) + by;
    if (records[at]) {
      this.pane.id = records[at].resId;
    }
  },

  async pressKey(does) {
    const {data, resModel, resId, context} = this.shown;
    const isOpen = ["new", "error", "proposed"].includes(data.state);
    const stage = isOpen ? "open" : data.progress;
    const name = does[stage];
    if (!name || (NEEDS[name] && !(NEEDS[name] in data))) {
      return;
    }
    await this.actionService.doActionButton({
      type: "object",
      name,
      resModel,
      resId,
      resIds: [resId],
      context,
      onClose: () => this.reload(),
    });
    await this.reload();
  },
});
