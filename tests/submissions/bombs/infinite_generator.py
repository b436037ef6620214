"""A function that returns a generator without end, and one that is a generator.

Expect: score=14
Expect: verdict dense=failed
Expect: verdict perceptron=failed
"""
# %%
import itertools
def dense(X, W, b):
    return itertools.count()
def perceptron(x, w, b):
    while True:
        yield 0.5
