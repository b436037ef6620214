"""Presentation day: who is eligible, the running order, scores and results."""
