"""Functions that print at every call.

Expect: score=18
"""
# %%
before = relu
def relu(z):
    print("relu is called with", z.shape)
    import sys
    sys.stderr.write("debug\n"); sys.stdout.flush()
    return before(z)
