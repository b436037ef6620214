"""Climbs the call stack to the runner and changes its local variables.

Expect: score<=empty
"""
# %%
import sys, ctypes
frame = sys._getframe()
while frame:
    for name, value in list(frame.f_locals.items()):
        if name in ("request", "answer", "session", "score", "verdict"):
            frame.f_locals[name] = {"value": b"\xc3", "seq": 1, "score": 18}
    ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(0))
    frame = frame.f_back
