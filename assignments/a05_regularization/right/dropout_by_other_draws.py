"""Dropout by binomial draws, choices and loops over the elements."""


def dropout(a, p, rng, training=True):
    if training and p > 0:
        mask = rng.binomial(1, 1 - p, size=a.shape).astype(np.float64)
        mask[mask > 0] /= 1 - p
    else:
        mask = np.ones(a.shape)
    return [np.multiply(a, mask), mask]


def dropout_backward(dout, mask):
    da = np.zeros_like(dout)
    for place in np.ndindex(dout.shape):
        da[place] = dout[place] * mask[place]
    return da


def early_stopping(validation_accuracy, patience):
    best, waited = (0, validation_accuracy[0]), 0
    for epoch, accuracy in list(enumerate(validation_accuracy))[1:]:
        if accuracy > best[1]:
            best, waited = (epoch, accuracy), 0
        else:
            waited += 1
            if waited >= patience:
                return best[0]
    return best[0]
