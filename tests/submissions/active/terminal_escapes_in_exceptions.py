"""Raises exceptions with terminal sequences in their names and messages.

Expect: score=14
Expect: verdict dense=error
Expect: verdict perceptron=error
"""
# %%
def dense(X, W, b):
    raise ValueError("\x1b]0;owned\x07\x1b[2Jnot \x1b[31mfine\x00\u202e")
def perceptron(x, w, b):
    raise type("\x1b[31mRed\x1b[0m<script>", (Exception,), {})("<script>alert(1)</script>\r\nX-Header: 1")
