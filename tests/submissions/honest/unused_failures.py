"""Public tests that fail do not matter to the hidden checks.

Expect: score=18
Expect: last=error
"""
# %%
assert relu(np.array([1.0]))[0] == 2, "my own wrong test"
