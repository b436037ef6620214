"""The function that was defined last counts, the wrong one before does not.

Expect: score=18
"""
# %% before
def relu(z):
    return 1 / 0
