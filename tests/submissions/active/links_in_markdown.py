"""Displays Markdown with javascript: and data: links, raw HTML and tricks of MathJax.

Expect: score=18
"""
# %%
from IPython.display import Markdown, Latex, display
display(Markdown("[click](javascript:alert(1)) ![x](data:text/html;base64,PHNjcmlwdD4=) <script>alert(1)</script>"))
display(Latex(r"$\href{javascript:alert(1)}{x} \unicode{x1F600} \require{html}\style{position:fixed}{x}$"))
# %% [markdown]
**Answer (why_nonlinear):**

<script>alert(1)</script> [click](javascript:alert(1)) <a href="data:text/html,x">y</a>
