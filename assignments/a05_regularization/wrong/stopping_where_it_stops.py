"""The epoch at which training stops, not the best one.

Loses: early_stopping
"""


def early_stopping(validation_accuracy, patience):
    best = 0
    for epoch, accuracy in enumerate(validation_accuracy):
        if accuracy > validation_accuracy[best]:
            best = epoch
        if epoch - best == patience:
            return epoch
    return best
