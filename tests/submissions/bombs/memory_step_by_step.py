"""A function that takes memory in small pieces and keeps them.

Expect: score=16
Expect: verdict dense=memory
"""
# %%
kept = []
def dense(X, W, b):
    while True:
        kept.append(bytearray(2**20))
