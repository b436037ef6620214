"""Numbers its answers with arrays, NaN and truth, which break a comparison that expects a number.

Expect: score<=empty
"""
# %%
import gc
import numpy as np
import itertools
_odd = itertools.cycle([np.zeros(2), float("nan"), True, [1], np.array([[1]]), None, "1"])
for _found in gc.get_objects():
    if type(_found).__name__ == "_Session":
        _send = type(_found).send
        def _numbered(self, message):
            _send(self, {**message, "seq": next(_odd)} if "seq" in message else message)
        type(_found).send = _numbered
