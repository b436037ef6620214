"""Visibility: what a student may know of their points, and when."""
