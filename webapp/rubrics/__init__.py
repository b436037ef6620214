"""Rubrics: their items, levels and kept comments."""
