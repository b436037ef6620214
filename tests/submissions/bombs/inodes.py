"""A cell that makes files until there are no more.

Expect: score=18
Expect: last=error
"""
# %%
for number in range(1_000_000):
    open(f"/tmp/{number}", "w").close()
