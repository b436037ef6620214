"""Displays objects whose representations raise, hang on to nothing, or are of wrong types.

Expect: score=18
"""
# %%
from IPython.display import display
class Odd:
    def _repr_html_(self): return 17
    def _repr_png_(self): return "x" * 10
    def _repr_mimebundle_(self, **k): return {"text/html": ["<b>", 1], 5: 6, "text/plain": None}
    def __repr__(self): raise RuntimeError("no")
display(Odd())
Odd()
