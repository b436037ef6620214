"""Proving an assignment sound, and the record of that proof."""
