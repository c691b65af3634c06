"""A local KSeF for demos and tests; start it with `python -m sandbox`."""
