"""Epochs are counted from 1.

Loses: early_stopping
"""


def early_stopping(validation_accuracy, patience):
    best = 1
    for epoch, accuracy in enumerate(validation_accuracy, start=1):
        if accuracy > validation_accuracy[best - 1]:
            best = epoch
        if epoch - best == patience:
            break
    return best
