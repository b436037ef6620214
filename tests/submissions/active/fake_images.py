"""Displays pictures that are no pictures.

Expect: score=18
"""
# %%
from IPython.display import display
display({"image/png": "<script>alert(1)</script>"}, raw=True)
display({"image/png": "data:text/html,<script>alert(1)</script>"}, raw=True)
display({"image/jpeg": "\" onerror=\"alert(1)"}, raw=True)
display({"image/png": b"GIF89a<script>"}, raw=True)
display({"image/svg+xml": ["a", "list"]}, raw=True)
