"""Ends the process with the statuses that a grader could keep for its own faults.

Expect: score<=empty
"""
# %%
import os
def perceptron(x, w, b):
    os._exit(101)
def dense(X, W, b):
    os._exit(1)
def xor_params():
    os._exit(137)
# %%
import os
os._exit(101)
# %%
import os
os._exit(70)
