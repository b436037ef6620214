"""Variables that shadow builtins and modules.

Expect: score=18
"""
# %%
list = [1, 2]; sum = 0; max = min = input = print = type = None; time = 5; np2 = np
str = "text"; len = 3; id = 1; isinstance = None
