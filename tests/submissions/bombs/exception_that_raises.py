"""A function whose exception raises when it is read.

Expect: score=16
Expect: verdict dense=error
"""
# %%
class Nasty(Exception):
    def __str__(self):
        raise KeyboardInterrupt
    __repr__ = __str__
    @property
    def __traceback__(self):
        raise SystemExit
def dense(X, W, b):
    raise Nasty
