"""One wrong function loses its own question and says what is wrong.

Expect: score=16
Expect: verdict dense=failed
"""
# %%
def dense(X, W, b):
    return X @ W - b
