import {onMounted} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {useBus} from "@web/core/utils/hooks";
import {patch} from "@web/core/utils/patch";
import {FormController} from "@web/views/form/form_controller";

const SHOW = "L10N_PL_KSEF:SHOW_FIELD";
const FIELD = "l10n_pl_ksef_field";

/**
 * Opens the form of a record with the cursor in one of its fields, whatever page it is
 * on. A form that is open already is not opened a second time.
 */
async function showField(env, {params}) {
  const {model, id, field} = params;
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
    context: {[FIELD]: field},
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
        this.l10nPlKsefShow(detail.field);
      }
    });
    onMounted(() => {
      const field = this.props.context[FIELD];
      if (field && this.model.root.resId) {
        this.l10nPlKsefShow(field);
      }
    });
  },

  /** Turn to the page with `name`, and put the cursor there. */
  async l10nPlKsefShow(name) {
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
    if (field) {
      field.scrollIntoView({block: "center"});
      field.querySelector("input, textarea, select, .o_data_cell, a")?.focus();
      field.classList.add("o_l10n_pl_ksef_shown");
    }
  },
});
