"""A cell that opens files until it may not, and keeps them open.

Expect: score=18
Expect: last=error
"""
# %%
opened = []
while True:
    opened.append(open("/dev/null"))
