"""Commands of the shell, one of which does not exist.

Expect: score=18
Expect: last=ok
Expect: shows=hello from the shell
"""
# %%
!echo hello from the shell
files = !ls /
!no-such-command --version
!pip install tqdm
%pip install tqdm
