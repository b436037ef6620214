"""Names and messages that a spreadsheet would run as formulas.

Expect: score=16
Expect: verdict dense=error
"""
# %%
def dense(X, W, b):
    raise type("=cmd|'/C calc'!A0", (Exception,), {})("=HYPERLINK(\"http://example.com\",\"click\")\n@SUM(1+1)\t+1-1")
