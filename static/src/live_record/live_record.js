import {Component, onWillUnmount, status} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

const CHANGED = "l10n_pl_ksef/changed";
const WAITING = ["queued", "sending", "sent", "unknown"];

/**
 * Loads an open form anew when the server says that its record changed, or one of the
 * records in the field that the option `watch` names, or any record of the models in the
 * option `models`. What is being typed is never lost.
 */
export class LiveRecord extends Component {
  static template = "l10n_pl_ksef.LiveRecord";
  static props = {
    ...standardWidgetProps,
    watch: {type: String, optional: true},
    models: {type: String, optional: true},
  };

  setup() {
    this.bus = useService("bus_service");
    this.onChanged = this.onChanged.bind(this);
    this.bus.subscribe(CHANGED, this.onChanged);
    onWillUnmount(() => this.bus.unsubscribe(CHANGED, this.onChanged));
  }

  async onChanged({model, ids}) {
    const {record} = this.props;
    if (!this.isAbout(model, ids) || (await record.isDirty()) || this.isGone()) {
      return;
    }
    try {
      await record.load();
    } catch (error) {
      // The page may have been left meanwhile.
      if (!this.isGone()) {
        throw error;
      }
    }
  }

  isGone() {
    return status(this) === "destroyed";
  }

  isAbout(model, ids) {
    const {record, watch, models} = this.props;
    if (models) {
      return models.split(",").includes(model);
    }
    const waits = WAITING.includes(record.data.l10n_pl_ksef_state);
    if (waits && model === "l10n_pl_ksef.connection") {
      // What it waits for has changed.
      return true;
    }
    if (!watch) {
      return record.resModel === model && ids.includes(record.resId);
    }
    const watched = record.data[watch];
    const mine = watched?.currentIds || [watched?.id];
    const isRelated = record.fields[watch].relation === model;
    return isRelated && mine.some((id) => ids.includes(id));
  }
}

export const liveRecord = {
  component: LiveRecord,
  extractProps: ({attrs}) => ({watch: attrs.watch, models: attrs.models}),
};

registry.category("view_widgets").add("l10n_pl_ksef_live", liveRecord);
