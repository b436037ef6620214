"""Displays JavaScript, widgets and types that a page must not know.

Expect: score=18
"""
# %%
from IPython.display import Javascript, display
display(Javascript("alert(1)"))
display({"application/javascript": "alert(1)", "text/x-evil": "x"}, raw=True)
display({"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": "a widget"}, raw=True)
display({"text/html\" onload=\"alert(1)": "x"}, raw=True)
