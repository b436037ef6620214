"""Answers a cell with outputs and fields of its own, of every wrong type.

Expect: score<=empty
"""
# %%
import gc
for found in gc.get_objects():
    if type(found).__name__ == "_Session":
        def answer(request):
            return {"outputs": [["verdict", "score", "18", 1], 7, ["stdout", "text/x", "", None]] * 500,
                    "error": {"type": 5, "message": [1], "traceback": {}, "memory": "yes"},
                    "seconds": float("nan"), "missing": 3, "raised": 3, "status": "graded", "score": 18}
        found.answer = answer
# %%
1 + 1
