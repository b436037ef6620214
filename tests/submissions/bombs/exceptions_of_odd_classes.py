"""Raises exceptions whose class, name, text, notes and traceback are traps.

Expect: score=16
Expect: verdict dense=error
"""
# %%
import os
class _Trap(type):
    @property
    def __name__(cls):
        raise SystemExit(0)
class _Hostile(Exception, metaclass=_Trap):
    @property
    def __class__(self):
        os._exit(0)
    @property
    def __traceback__(self):
        return "no traceback"
    def __str__(self):
        raise KeyboardInterrupt
    __repr__ = __str__
    __notes__ = property(__str__)
    def with_traceback(self, traceback):
        raise self
def dense(X, W, b):
    try:
        raise _Hostile
    except Exception as first:
        first.__cause__ = first.__context__ = ExceptionGroup("many", [first] * 10_000)
        raise
