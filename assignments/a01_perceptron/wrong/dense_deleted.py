"""The student renamed dense to layer in the last minute.

Loses: dense
"""

layer = dense
del dense
