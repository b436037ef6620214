"""A cell that reads address 0.

Expect: score=18
Expect: last=crashed
"""
# %%
import ctypes
ctypes.string_at(0)
