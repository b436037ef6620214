"""Magics that are not there stop their own cell only.

Expect: score=18
Expect: last=error
"""
# %% before
%load_ext tensorboard
# %% before
%tensorflow_version 2.x
# %%
%%cython
def f(): pass
