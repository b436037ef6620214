"""The famous fork bomb of the shell.

Expect: score=18
"""
# %%
!bomb() { bomb | bomb & }; bomb
