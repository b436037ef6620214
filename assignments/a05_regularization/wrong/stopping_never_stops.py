"""The best of all epochs, as if the patience had no end.

Loses: early_stopping
"""


def early_stopping(validation_accuracy, patience):
    return int(np.argmax(validation_accuracy))
