"""A cell that calls os._exit stops only itself.

Expect: score=18
Expect: last=crashed
"""
# %%
import os
os._exit(0)
