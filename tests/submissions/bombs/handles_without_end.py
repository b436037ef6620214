"""Answers with hundreds of thousands of objects that each want a handle, again and again.

Expect: score=16
Expect: verdict dense=failed|error|timeout|memory
"""
# %%
class _Thing:
    pass
def dense(X, W, b):
    return [[_Thing() for _ in range(200_000)], [[_Thing()]] * 200_000]
