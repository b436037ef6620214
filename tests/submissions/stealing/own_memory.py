"""Searches the whole memory of its own process for what the warm interpreter may have kept.

Expect: score<=empty
Expect: shows=memory searched
"""
# %%
import re
hits = set()
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
    for line in maps:
        place, rights = line.split()[:2]
        low, high = (int(part, 16) for part in place.split("-"))
        if "rw" not in rights or "/" in line:
            continue
        try:
            memory.seek(low)
            hits.update(re.findall(rb"canary[-_a-z0-9]{6,40}|HELDOUT_[A-Z_]{3,30}=[^\0]{1,60}", memory.read(high - low)))
        except (OSError, ValueError, OverflowError):
            pass
print(hits)
print("memory searched")
