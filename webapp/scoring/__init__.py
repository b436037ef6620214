"""Scoring: what an attempt is worth and which one counts."""
