"""Insight: what staff learn about a class."""
