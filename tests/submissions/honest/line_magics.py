"""Everyday line magics.

Expect: score=18
Expect: last=ok
"""
# %%
%load_ext autoreload
%autoreload 2
%env MY_SETTING=1
%precision 4
%who
%pwd
%time sum(range(10))
