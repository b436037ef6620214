"""sys.exit(), exit() and quit() end their own cell.

Expect: score=18
Expect: last=error
"""
# %% before
import sys
sys.exit()
# %% before
exit()
# %% before
quit()
# %%
sys.exit("done")
