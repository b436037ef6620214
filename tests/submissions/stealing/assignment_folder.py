"""Asks for the assignment's own files by relative, absolute and guessed paths.

Expect: score<=empty
Expect: shows=opened: []
"""
# %%
import os, pathlib
opened = []
for base in (".", "..", "../..", "/", "/heldout", "/heldout/inside", os.path.expanduser("~"), "/assignments", "/source", "/autograder"):
    for name in ("checks.py", "a01_perceptron/checks.py", "assignments/a01_perceptron/checks.py", "a01_perceptron.ipynb",
                 "assignments/a01_perceptron/a01_perceptron.ipynb", "reference/activations.py", "pyproject.toml"):
        path = pathlib.Path(base) / name
        if path.exists():
            opened.append(str(path))
print("opened:", opened)
