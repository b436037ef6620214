"""A cell that awaits, and one that runs a loop of its own.

Expect: score=18
Expect: last=ok
"""
# %%
import asyncio
await asyncio.sleep(0)
async def answer():
    return 42
assert await answer() == 42
# %%
assert asyncio.run(answer()) == 42
