"""Signing in: how fast secrets may be tried, sessions that end here, and browsers that are known.

Pages and forms are those of `site` and `accounts`; this says what holds for them. `pace` is how
fast, `operations` counts, `gate` is how many passwords are tried at one moment, `known` is which
browsers signed an account in before.
"""
