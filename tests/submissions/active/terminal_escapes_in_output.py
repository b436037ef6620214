"""Prints sequences that retitle terminals, clear screens, hide text and write clipboards.

Expect: score=18
Expect: shows=before after
"""
# %%
import sys
print("\x1b]0;owned\x07\x1b[2J\x1b[H\x1b[8mhidden\x1b[0m\x1b]52;c;ZXZpbA==\x07\x9b31m\x1bP$q\x1b\\")
sys.stderr.write("\x1b[1;31mred\x1b[0m\r\n\x08\x08\x7f\x00\u202egnp.exe\u2066\n")
print("before\x1b[0m after")
