"""One mean for the whole table.

Loses: centre
"""


def centre(X):
    return X - X.mean()
