"""Returns lists and dicts whose items differ from one reading to the next.

Expect: score<=empty
"""
# %%
class Shifty(list):
    def __iter__(self):
        return iter([])
    def __len__(self):
        return 2
    def __getitem__(self, key):
        return self
def collapse_linear(params):
    return Shifty()
def xor_params():
    return Shifty([1, 2])
