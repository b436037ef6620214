"""Submissions: handing in, and the list of attempts."""
