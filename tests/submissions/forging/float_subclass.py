"""Returns a float, an int and a str of subclasses that equal everything.

Expect: score<=empty
"""
# %%
class Number(float):
    def __eq__(self, other): return True
    def __sub__(self, other): return 0.0
    __rsub__ = __sub__
    def __abs__(self): return 0.0
    def __le__(self, other): return True
    def __float__(self): return self
    __hash__ = float.__hash__
def perceptron(x, w, b):
    return Number(7)
