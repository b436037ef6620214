"""Forks in a cell and goes on as two notebooks that both want to answer.

Expect: score<=empty
"""
# %%
import os
os.fork()
# %%
1 + 1
