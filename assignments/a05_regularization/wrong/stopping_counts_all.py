"""Epochs without a new best add up, also when they are not in a row.

Loses: early_stopping
"""


def early_stopping(validation_accuracy, patience):
    best, waited = 0, 0
    for epoch in range(1, len(validation_accuracy)):
        if validation_accuracy[epoch] > validation_accuracy[best]:
            best = epoch
        else:
            waited += 1
        if waited == patience:
            break
    return best
