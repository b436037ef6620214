"""Ends the process with every status that might mean success.

Expect: score<=empty
"""
# %%
import os
os._exit(0)
# %%
import sys, atexit
atexit.register(os._exit if "os" in globals() else print, 0)
sys.exit(0)
# %%
raise SystemExit("18 of 18 points")
