"""`%%time`, `%%timeit`, `%%capture`, `%%bash` and `%%writefile` in cells that define things.

Expect: score=18
Expect: last=ok
"""
# %%
%%time
def relu(z):
    return np.maximum(z, 0)
# %%
%%capture kept
print("captured")
def dense(X, W, b):
    return X @ W + b
# %%
%%bash
echo from bash
# %%
%%writefile helper.py
def one():
    return 1
# %%
import helper
assert helper.one() == 1 and kept.stdout == "captured\n"
%timeit -n 1 -r 1 helper.one()
