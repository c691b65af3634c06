"""Odoo as a person with a browser has it: a login, a session, calls over HTTP."""

import requests

TIMEOUT = 120


class OdooError(Exception):
    """What Odoo answered instead of a result."""


class OdooClient:
    """Calls to one Odoo; every call is in the company `company_id` when it is set."""

    def __init__(self, url, database, login, password):
        self.url = url
        self.database = database
        self.session = requests.Session()
        self.company_id = None
        credentials = {"db": database, "login": login, "password": password}
        self.uid = self._post("/web/session/authenticate", **credentials)["uid"]

    def call(self, model, method, *args, **kwargs):
        """Call a public method of a model as the web client does.

        :raises OdooError: with the sentence that a person would see
        """
        context = {"lang": "en_US", "tz": "Europe/Warsaw"}
        if self.company_id:
            context["allowed_company_ids"] = [self.company_id]
        kwargs = {**kwargs, "context": {**context, **kwargs.get("context", {})}}
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self._post(f"/web/dataset/call_kw/{model}/{method}", **params)

    def create(self, model, **values):
        """Returns the id of the new record."""
        return self.call(model, "create", [values])[0]

    def read(self, model, ids, *fields):
        """Returns a list of {field: value}."""
        return self.call(model, "read", ids, list(fields))

    def search(self, model, *domain, **options):
        """Returns ids; `domain` is made of the terms."""
        return self.call(model, "search", list(domain), **options)

    def one(self, model, *domain):
        """The id of the first record that matches.

        :raises OdooError: when there is none
        """
        found = self.search(model, *domain, limit=1)
        if not found:
            raise OdooError(f"no {model} with {domain}")
        return found[0]

    def by_xml_id(self, module, name):
        """The id of the record that a module knows by `name`."""
        known = self.one("ir.model.data", ("module", "=", module), ("name", "=", name))
        return self.read("ir.model.data", [known], "res_id")[0]["res_id"]

    def _post(self, path, **params):
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        answer = self.session.post(self.url + path, json=body, timeout=TIMEOUT).json()
        if "error" in answer:
            data = answer["error"].get("data") or {}
            raise OdooError(data.get("message") or answer["error"]["message"])
        return answer["result"]
