import {Component, onWillUnmount, xml} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

const PAUSE = 3000;

/**
 * Reads the form's record again every few seconds while the field named in
 * `running` is true: the counters of a fetch move while people look at them.
 */
export class ReloadWhileRunning extends Component {
  static template = xml`<span t-if="isRunning" class="fa fa-circle-o-notch fa-spin" role="status"/>`;
  static props = {...standardWidgetProps, running: {type: String}};

  setup() {
    this.timer = setInterval(() => this.isRunning && this.props.record.load(), PAUSE);
    onWillUnmount(() => clearInterval(this.timer));
  }

  get isRunning() {
    return this.props.record.data[this.props.running];
  }
}

registry.category("view_widgets").add("l10n_pl_ksef_reload", {
  component: ReloadWhileRunning,
  extractProps: ({attrs}) => ({running: attrs.running}),
  fieldDependencies: [{name: "is_running", type: "boolean"}],
});
