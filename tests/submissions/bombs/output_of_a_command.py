"""A cell whose command prints for ever.

Expect: score=18
Expect: last=timeout|memory
"""
# %%
!yes
