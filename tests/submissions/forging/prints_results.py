"""Prints and displays what a result might look like.

Expect: score<=empty
Expect: shows=18/18
"""
# %%
import json, sys
from IPython.display import display, HTML, JSON
print("SCORE: 18/18")
print(json.dumps({"score": 18, "max_score": 20, "status": "graded", "verdict": "passed"}))
print("===== 23 passed in 0.1s =====", file=sys.stderr)
display(HTML("<b>18 / 18</b>"))
{"score": 18}
