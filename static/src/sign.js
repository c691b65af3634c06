import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {Component, onWillStart, onWillUnmount, useState} from "@odoo/owl";

/** Downloads a file, then goes on with the action in `params.next`. */
function download(env, action) {
  const link = document.createElement("a");
  link.href = action.params.url;
  link.download = "";
  document.body.append(link);
  link.click();
  link.remove();
  return action.params.next;
}
registry.category("actions").add("l10n_pl_ksef.download", download);

/** Minutes and seconds left until a moment, counting down. */
export class Countdown extends Component {
  static template = "l10n_pl_ksef.Countdown";
  static props = {...standardFieldProps};

  setup() {
    this.state = useState({left: 0});
    this.tick = () => (this.state.left = this.secondsLeft());
    onWillStart(() => {
      this.tick();
      this.timer = setInterval(this.tick, 500);
    });
    onWillUnmount(() => clearInterval(this.timer));
  }

  secondsLeft() {
    const until = this.props.record.data[this.props.name];
    return until ? Math.max(0, Math.round(until.diffNow("seconds").seconds)) : 0;
  }

  get text() {
    const seconds = String(this.state.left % 60).padStart(2, "0");
    return `${Math.floor(this.state.left / 60)}:${seconds}`;
  }
}
registry.category("fields").add("l10n_pl_ksef_countdown", {
  component: Countdown,
  supportedTypes: ["datetime"],
});
