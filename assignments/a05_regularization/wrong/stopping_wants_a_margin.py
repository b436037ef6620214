"""A new best must be better by half a percentage point (Keras's min_delta).

Loses: early_stopping
"""


def early_stopping(validation_accuracy, patience):
    best = 0
    for epoch, accuracy in enumerate(validation_accuracy):
        if accuracy > validation_accuracy[best] + 0.005:
            best = epoch
        if epoch - best == patience:
            break
    return best
