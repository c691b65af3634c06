import {onMounted} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {useBus} from "@web/core/utils/hooks";
import {patch} from "@web/core/utils/patch";
import {FormController} from "@web/views/form/form_controller";

const SHOW = "L10N_PL_KSEF:SHOW_FIELD";
const PLACE = "l10n_pl_ksef_place";

/**
 * Opens the form of a record with the cursor in one of its fields, whatever page it is
 * on, or in a column of one of its lines. A form that is open is not opened again.
 */
async function showField(env, {params}) {
  const {model, id} = params;
  const open = env.services.action.currentController;
  const isOpen =
    open?.view?.type === "form" &&
    open.props.resModel === model &&
    (open.currentState?.resId || open.props.resId) === id;
  if (isOpen) {
    await env.services.action.doAction({type: "ir.actions.act_window_close"});
    env.bus.trigger(SHOW, params);
    return;
  }
  return {
    type: "ir.actions.act_window",
    res_model: model,
    res_id: id,
    views: [[false, "form"]],
    target: "current",
    context: {[PLACE]: params},
  };
}

registry.category("actions").add("l10n_pl_ksef_show_field", showField);

const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));

patch(FormController.prototype, {
  setup() {
    super.setup(...arguments);
    useBus(this.env.bus, SHOW, ({detail}) => {
      const {resModel, resId} = this.model.root;
      if (detail.model === resModel && detail.id === resId) {
        this.l10nPlKsefShow(detail);
      }
    });
    onMounted(() => {
      const place = this.props.context[PLACE];
      if (place?.model === this.model.root.resModel) {
        this.l10nPlKsefShow(place);
      }
    });
  },

  /** Turn to the page with `field`, and put the cursor there. */
  async l10nPlKsefShow({field: name, row, column}) {
    const form = this.rootRef.el;
    const node = [...this.archInfo.xmlDoc.querySelectorAll(`field[name=${name}]`)].find(
      (each) => !each.parentElement.closest("field")
    );
    const page = node?.closest("page")?.getAttribute("name");
    if (page) {
      form.querySelector(`.o_notebook_headers a[name=${page}]`)?.click();
      await nextFrame();
      await nextFrame();
    }
    const field = form.querySelector(`.o_field_widget[name=${name}]`);
    const shown = (row && this.l10nPlKsefCell(field, name, row, column)) || field;
    if (shown) {
      const fold = shown.closest("details");
      if (fold) {
        fold.open = true;
      }
      shown.scrollIntoView({block: "center"});
      shown.classList.add("o_l10n_pl_ksef_shown");
      if (shown === field) {
        shown.querySelector("input, textarea, select, a")?.focus();
      } else {
        shown.click();
      }
    }
  },

  l10nPlKsefCell(field, name, row, column) {
    const {records} = this.model.root.data[name];
    const index = records.findIndex(({resId}) => resId === row);
    return field
      ?.querySelectorAll(".o_data_row")
      [index]?.querySelector(`.o_data_cell[name=${column}]`);
  },
});
