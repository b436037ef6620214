"""input() and getpass() have nobody to answer.

Expect: score=18
Expect: last=error
"""
# %%
from getpass import getpass, getuser
getuser()
getpass()
# %%
name = input("Your name? ")
