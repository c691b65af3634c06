from . import res_company, shared, office, actions, client
