"""Carriage returns as progress bars print them.

Expect: score=18
Expect: last=ok
"""
# %%
import sys, time
for step in range(101):
    sys.stdout.write(f"\r{step:3d}%|{'█' * (step // 10):<10}| {step}/100")
    sys.stdout.flush()
    print(f"\rstep {step}", end="", file=sys.stderr)
