"""Handing out: the notebook that students get, with its data, and what will grade it."""
