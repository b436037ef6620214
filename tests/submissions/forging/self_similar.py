"""Returns lists and dicts that hold themselves many times over, and objects that are never the same.

Expect: score<=empty
"""
# %%
class _Many(list):
    def __iter__(self):
        return iter([self] * 50)
    def __len__(self):
        return 2
class _Growing(dict):
    def items(self):
        return [(str(id(object())), _Growing()) for _ in range(40)]
    def keys(self):
        return range(10**9)
def _looped():
    found = []
    found.append({"again": found, "more": (found, found)})
    return found
def dense(X, W, b):
    return _Many([1, 2])
def relu(z):
    return _looped()
def perceptron(x, w, b):
    return _Growing(a=1)
def xor_params():
    return [tuple(_looped())] * 2
