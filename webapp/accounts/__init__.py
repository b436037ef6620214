"""Accounts: signing in is `site`'s; here is what someone does with an account of their own."""
