"""A cell that sleeps longer than anybody waits: the functions of the other cells keep their points.

Expect: score=18
Expect: last=timeout
"""
# %%
import time
time.sleep(10_000)
