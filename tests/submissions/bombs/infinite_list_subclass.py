"""A function that returns a list which never stops giving items.

Expect: score=16
Expect: verdict dense=memory|timeout
"""
# %%
class Endless(list):
    def __iter__(self):
        while True:
            yield 1.0
def dense(X, W, b):
    return Endless()
