"""A cell that takes memory until it is stopped.

Expect: score=18
Expect: last=memory
"""
# %%
hoard = []
while True:
    hoard.append(np.ones(2**17))
