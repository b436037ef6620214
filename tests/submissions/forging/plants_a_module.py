"""Tries to leave modules in the interpreter's folders, for the grader or the next submission to import.

Expect: score<=empty
Expect: shows=planted 0
"""
# %%
import pathlib, sys
planted = 0
for folder in {*sys.path, "/usr/lib/python3/dist-packages", sys.prefix, "/etc", "/usr/lib"}:
    for place in (folder, f"{folder}/site-packages", f"{folder}/../site-packages"):
        try:
            (pathlib.Path(place) / "sitecustomize.py").write_text("print('planted')")
            planted += not folder.startswith("/home/student")  # its own, and gone with it
        except OSError:
            pass
print("planted", planted)
