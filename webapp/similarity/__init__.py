"""Similarity: notebooks of a class compared."""
