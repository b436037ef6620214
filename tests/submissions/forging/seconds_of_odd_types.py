"""Says that its cells took NumPy's numbers, endless and negative times, and raised odd things.

Expect: score<=empty
"""
# %%
import gc, itertools
import numpy as np
_odd = itertools.cycle([np.float64(1.5), np.float16("inf"), -1.0, 10**300, float("nan"), np.ones(3)])
for _found in gc.get_objects():
    if type(_found).__name__ == "_Session":
        _answer = type(_found).answer
        def _dressed(self, request):
            value = next(_odd)
            odd = {"type": value, "message": value, "traceback": value, "memory": value}
            more = {"error": odd, "warnings": [[value, value]] * 30, "changed": [value] * 30}
            return {**_answer(self, request), "seconds": value, **more}
        type(_found).answer = _dressed
# %%
1
# %%
2
# %%
3
# %%
4
# %%
5
