"""Loops over elements and rows, plain floats, lists for tuples."""


def dropout(a, p, rng, training=True):
    mask = np.ones(a.shape)
    if training:
        for place in np.ndindex(a.shape):
            mask[place] = 0.0 if rng.random() < p else 1 / (1 - p)
    return [a * mask, mask]


def early_stopping(validation_accuracy, patience):
    values = [float(value) for value in validation_accuracy]
    for stop in range(patience, len(values)):
        best = values.index(max(values[: stop + 1]))
        if stop - best == patience:
            return float(best)
    return float(values.index(max(values)))


def l2_penalty(params, weight_decay):
    total = 0.0
    for W, _ in params:
        for row in W.tolist():
            for weight in row:
                total += weight * weight
    return 0.5 * weight_decay * total


def l2_penalty_grads(params, weight_decay):
    grads = []
    for W, b in params:
        grads.append([W * weight_decay, b * 0.0])
    return tuple(grads)


def one_row(x, label, params, p, rng):
    """The gradient for a single row, with a mask for each hidden layer drawn unit by unit."""
    inputs, masks = [x], []
    for W, b in params[:-1]:
        a = np.maximum(inputs[-1] @ W + b, 0)
        mask = np.array([0.0 if rng.uniform() < p else 1 / (1 - p) for _ in a])
        inputs.append(a * mask)
        masks.append(mask)
    W, b = params[-1]
    delta = 1 / (1 + np.exp(-(inputs[-1] @ W + b))) - label
    grads = []
    for place in range(len(params) - 1, -1, -1):
        grads.insert(0, (np.outer(inputs[place], delta), delta))
        if place > 0:
            delta = (params[place][0] @ delta) * masks[place - 1] * (inputs[place] > 0)
    return grads


def train_regularized(
    X_train,
    y_train,
    X_val,
    y_val,
    params,
    *,
    p,
    weight_decay,
    epochs,
    batch_size,
    lr,
    patience,
    rng,
):
    params = [[W.copy(), b.copy()] for W, b in params]
    history, best, since = [], None, 0
    for _ in range(epochs):
        order = list(range(len(X_train)))
        rng.shuffle(order)
        while order:
            rows, order = order[:batch_size], order[batch_size:]
            total = [[weight_decay * W, np.zeros_like(b)] for W, b in params]
            for row in rows:
                for layer, (dW, db) in zip(
                    total, one_row(X_train[row], y_train[row], params, p, rng), strict=True
                ):
                    layer[0] = layer[0] + dW / len(rows)
                    layer[1] = layer[1] + db / len(rows)
            for layer, (dW, db) in zip(params, total, strict=True):
                layer[0] -= lr * dW
                layer[1] -= lr * db
        z = logits_of(X_val, params)
        right = sum(bool(one > 0) == bool(label == 1) for one, label in zip(z, y_val, strict=True))
        entry = {
            "val_accuracy": right / len(y_val),
            "train_loss": float(mean_bce(logits_of(X_train, params), y_train)),
            "val_loss": float(mean_bce(z, y_val)),
        }
        if best is None or entry["val_accuracy"] > best[0]:
            best, since = (entry["val_accuracy"], [[W.copy(), b.copy()] for W, b in params]), 0
        else:
            since += 1
        history.append(entry)
        if since >= patience:
            break
    return [best[1], tuple(history)]
