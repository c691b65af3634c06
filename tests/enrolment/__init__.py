"""Certificates ordered, renewed, listed, revoked and exported (tests/__init__.py)."""
