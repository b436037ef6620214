"""A function that calls os._exit loses its own question.

Expect: score=16
Expect: verdict perceptron=error
"""
# %%
import os
def perceptron(x, w, b):
    os._exit(0)
