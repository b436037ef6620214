"""A cell that prints more than anybody reads.

Expect: score=18
"""
# %%
for _ in range(3000):
    print("x" * 10_000)
