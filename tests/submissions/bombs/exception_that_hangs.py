"""A function whose exception never finishes saying what it is.

Expect: score=16
Expect: verdict dense=timeout
"""
# %%
class Slow(Exception):
    def __str__(self):
        while True:
            pass
def dense(X, W, b):
    raise Slow
