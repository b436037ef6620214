"""Imports the reference, the grader, the checks and everything that a student may not have.

Expect: score<=empty
Expect: shows=imported: []
"""
# %%
import importlib
imported = []
for name in ("reference", "reference.arrays", "autograder", "autograder.seeds", "checks", "webapp", "tests", "pytest",
             "torch", "sklearn", "nbgrader", "flask", "sqlalchemy", "hypothesis", "heldout_inside.outside_session"):
    try:
        importlib.import_module(name)
        imported.append(name)
    except ImportError:
        pass
print("imported:", imported)
