"""A cell that displays a hundred thousand things.

Expect: score=18
"""
# %%
from IPython.display import display
for number in range(100_000):
    print(number, end="\n" if number % 2 else "")
    if number % 100 == 0:
        display(number)
