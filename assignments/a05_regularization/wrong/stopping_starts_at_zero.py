"""A first epoch with an accuracy of 0 already counts as waiting.

Loses: early_stopping
"""


def early_stopping(validation_accuracy, patience):
    best, best_accuracy, waited = 0, 0, 0
    for epoch, accuracy in enumerate(validation_accuracy):
        if accuracy > best_accuracy:
            best, best_accuracy, waited = epoch, accuracy, 0
        else:
            waited += 1
            if waited == patience:
                break
    return best
