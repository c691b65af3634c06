import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {useService} from "@web/core/utils/hooks";

/** The button of one line: its text is the field's, `action_do` is what it does. */
export class DoButton extends Component {
  static template = "l10n_pl_ksef.DoButton";
  static props = {...standardFieldProps};

  setup() {
    this.action = useService("action");
  }

  get label() {
    return this.props.record.data[this.props.name];
  }

  async onClick() {
    const {record} = this.props;
    await this.action.doActionButton({
      type: "object",
      name: "action_do",
      resModel: record.resModel,
      resId: record.resId,
      resIds: [record.resId],
      context: record.context,
      onClose: () => record.model.load(),
    });
  }
}

registry.category("fields").add("l10n_pl_ksef_do", {
  component: DoButton,
  supportedTypes: ["char"],
});
