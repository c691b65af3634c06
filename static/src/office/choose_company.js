import {registry} from "@web/core/registry";
import {user} from "@web/core/user";

/** Chooses one more company in the menu, then goes on with the action in `params.next`. */
function chooseCompany(env, action) {
  const chosen = user.activeCompanies.map((company) => company.id);
  user.activateCompanies([...chosen, action.params.company_id], {reload: false});
  return action.params.next;
}
registry.category("actions").add("l10n_pl_ksef.choose_company", chooseCompany);
