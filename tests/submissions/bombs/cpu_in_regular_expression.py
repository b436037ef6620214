"""A function whose regular expression backtracks for ever.

Expect: score=16
Expect: verdict dense=timeout
"""
# %%
import re
def dense(X, W, b):
    re.match(r"(a+)+$", "a" * 64 + "b")
