"""The same as the first cell.

Expect: score=18
"""
# %% before
import time
time.sleep(10_000)
