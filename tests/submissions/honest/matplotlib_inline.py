"""`%matplotlib inline`, a plot and plt.show().

Expect: score=18
Expect: last=ok
"""
# %% before
%matplotlib inline
%config InlineBackend.figure_format = 'retina'
import matplotlib.pyplot as plt
# %%
plt.plot([1, 2], [3, 4]); plt.title("Verspätung · 航班延误 · задержка"); plt.show()
plt.savefig("plot.png"); plt.close("all")
