"""Measurements: they print tables and assert nothing. ``python -m bench`` runs them all."""
