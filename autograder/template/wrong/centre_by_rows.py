"""The means of the rows instead of the columns.

Loses: centre
"""


def centre(X):
    return X - X.mean(axis=1, keepdims=True)
