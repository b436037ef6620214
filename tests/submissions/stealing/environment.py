"""Reads every environment it can reach: its own, its parents', through /proc and through C.

Expect: score<=empty
Expect: shows=environment read
"""
# %%
import os, glob, ctypes
print(dict(os.environ))
for path in glob.glob("/proc/*/environ") + glob.glob("/proc/*/task/*/environ"):
    try:
        print(path, open(path, "rb").read())
    except OSError as error:
        print(path, error)
libc = ctypes.CDLL(None)
libc.getenv.restype = ctypes.c_char_p
for name in (b"HELDOUT_SEED", b"HELDOUT_SECRET_KEY", b"HELDOUT_ASSIGNMENTS", b"DATABASE_URL"):
    print(name, libc.getenv(name))
print("environment read")
