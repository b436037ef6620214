"""Walks the whole file system for the checks, the reference, seeds and other notebooks.

Expect: score<=empty
Expect: shows=found: []
"""
# %%
import os
found = []
for folder, folders, files in os.walk("/"):
    if folder.startswith(("/proc", "/usr/lib/")) and "python" not in folder:
        folders.clear()
        continue
    for name in files:
        path = os.path.join(folder, name)
        if name.startswith("a01_") or name in ("activations.py", "outside_session.py", "assignment.toml", "seed"):
            found.append(path)
        elif any(part in path for part in ("/reference/arrays", "/autograder/", "/webapp/", "/assignments/")):
            found.append(path)
print("found:", [path for path in found if not path.startswith("/usr/")])
