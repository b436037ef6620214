"""Displays scripts, event handlers and frames as HTML.

Expect: score=18
"""
# %%
from IPython.display import HTML, display
display(HTML("<script>fetch('/api/grades')</script><img src=x onerror=alert(1)><iframe srcdoc='<script>1</script>'></iframe>"))
display(HTML("<style>@import url(//example.com)</style><form action=/logout><input type=submit></form><base href=//example.com>"))
