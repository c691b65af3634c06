import {Component, useEffect, useRef, xml} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

/** Unfolds the part of a form that it stands in when one of its fields says something. */
export class Fold extends Component {
  static template = xml`<span class="d-none" t-ref="place" />`;
  static props = {...standardWidgetProps, openWith: Array};

  setup() {
    const place = useRef("place");
    useEffect(
      (says) => {
        if (says) {
          place.el.closest("details").open = true;
        }
      },
      () => [this.says]
    );
  }

  get says() {
    const {data} = this.props.record;
    return this.props.openWith.some((name) => {
      const value = data[name];
      return value && "count" in Object(value) ? value.count > 0 : Boolean(value);
    });
  }
}

registry.category("view_widgets").add("l10n_pl_ksef_fold", {
  component: Fold,
  extractProps: ({attrs}) => ({openWith: attrs.open_with.split(",")}),
});
