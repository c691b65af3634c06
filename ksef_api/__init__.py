"""KSeF (Krajowy System e-Faktur) API 2.x in plain Python.

No Odoo and no texts for people in here: typed results and typed errors only. Sources
named in the docstrings are files of the Ministry of Finance's `ksef-docs` repository;
`[oa]` is its `open-api.json`.
"""
