"""Sixty figures that are left open.

Expect: score=18
"""
# %%
import matplotlib.pyplot as plt
for number in range(60):
    plt.figure()
# %%
plt.close("all")
