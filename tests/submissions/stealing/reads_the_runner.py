"""Reads what the sandbox mounts of the grader: there are no checks, no seed and no solutions in it.

Expect: score<=empty
Expect: shows=runner read
"""
# %%
import glob
text = ""
for path in glob.glob("/heldout/inside/**/*", recursive=True):
    try:
        text += open(path).read()
    except OSError:
        pass
print(*[line for line in text.splitlines() if "seed" in line.lower() or "secret" in line.lower()], sep="\n")
print("runner read")
