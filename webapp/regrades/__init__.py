"""Regrades: unseen until they are published."""
