"""Nothing but the imports.

Base: empty
Expect: score=0
Expect: verdict dense=missing
"""
# %%
