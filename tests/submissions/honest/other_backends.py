"""Magics for windows and notebooks that exist on the student's machine alone.

Expect: score=18
"""
# %% before
%matplotlib notebook
import numpy as np
# %% before
%matplotlib qt
import matplotlib.pyplot as plt
def helper():
    return 1
# %%
%matplotlib widget
assert helper() == 1
