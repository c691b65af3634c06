import {onWillUnmount, status} from "@odoo/owl";
import {KanbanController} from "@web/views/kanban/kanban_controller";
import {ListController} from "@web/views/list/list_controller";
import {patch} from "@web/core/utils/patch";
import {useDebounced} from "@web/core/utils/timing";
import {useService} from "@web/core/utils/hooks";

const CHANGED = "l10n_pl_ksef/changed";
// Many move at once: what is shown is loaded anew once.
const PAUSE = 700;
// What these show follows from the states of other records.
const SUMMARIES = ["account.journal", "l10n_pl_ksef.attention"];

/** Calls `onChange` some time after the server said that something moved. */
export function useChanges(onChange) {
  const bus = useService("bus_service");
  const later = useDebounced(onChange, PAUSE);
  let ids = {};
  const changed = (message) => {
    ids[message.model] = [...(ids[message.model] || []), ...message.ids];
    later(() => {
      const moved = ids;
      ids = {};
      return moved;
    });
  };
  bus.subscribe(CHANGED, changed);
  onWillUnmount(() => bus.unsubscribe(CHANGED, changed));
}

/** Lists and dashboards that show what moved are loaded anew; nothing is disturbed. */
const live = () => ({
  setup() {
    super.setup(...arguments);
    useChanges((take) => {
      const {root} = this.model;
      const moved = take();
      const {resModel} = this.props;
      const isShown = (id) => root.records.some((record) => record.resId === id);
      const concerned =
        SUMMARIES.includes(resModel) || (moved[resModel] || []).some(isShown);
      const busy = root.editedRecord || root.selection?.length;
      if (concerned && !busy) {
        this.model.load().catch((error) => {
          // The page may have been left meanwhile.
          if (status(this) !== "destroyed") {
            throw error;
          }
        });
      }
    });
  },
});

patch(ListController.prototype, live());
patch(KanbanController.prototype, live());
