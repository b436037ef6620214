"""Walks the whole file system for the checks, the reference, seeds and other notebooks.

Expect: score<=empty
Expect: shows=found: []
"""
# %%
import os
found = []
for folder, folders, files in os.walk("/"):
    if folder.startswith("/proc"):
        folders.clear()
        continue
    for name in files:
        path = os.path.join(folder, name)
        if name in ("checks.py", "assignment.toml", "seed", ".env", "id_rsa", "heldout.db") or name.endswith(".ipynb"):
            found.append(path)
        elif "/reference/" in path or "autograder" in path or "/webapp/" in path or "a01_" in path:
            found.append(path)
found = [path for path in found if "site/numpy" not in path and "/site/matplotlib" not in path]
print("found:", found)
