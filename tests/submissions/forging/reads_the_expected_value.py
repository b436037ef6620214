"""Looks for the reference's answer in its own memory, arguments and stack.

Expect: score<=empty
"""
# %%
import gc, sys
import numpy as np
def dense(X, W, b):
    wanted = (len(X), len(b))
    for found in gc.get_objects():
        if isinstance(found, (list, tuple, dict)):
            for item in (found.values() if isinstance(found, dict) else found):
                if isinstance(item, np.ndarray) and item.shape == wanted and item is not X:
                    return item
    return np.zeros(wanted)
