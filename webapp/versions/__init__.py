"""Bringing assignments to the site: their versions, the proof of each, and which is in use."""
