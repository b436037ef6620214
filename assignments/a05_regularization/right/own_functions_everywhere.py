"""Training is put together from the functions of the other questions."""


def predict(X, params, p=0.0, rng=None, training=False):
    """Logits as a column, with what backpropagation needs."""
    trace = []
    for W, b in params[:-1]:
        z = np.einsum("nd,dh->nh", X, W) + b
        out, mask = dropout(np.where(z > 0, z, 0), p, rng, training=training)
        trace.append((X, z, mask))
        X = out
    W, b = params[-1]
    return np.einsum("nd,dh->nh", X, W) + b, [*trace, (X, None, None)]


def bce(X, y, params):
    z, _ = predict(X, params)
    probability = np.clip(1 / (1 + np.exp(-z[:, 0])), 1e-12, 1 - 1e-12)
    return -(y * np.log(probability) + (1 - y) * np.log(1 - probability)).mean()


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
    history, visited = [], []
    while len(history) < epochs:
        deck = rng.choice(len(X_train), size=len(X_train), replace=False)
        for start in range(0, len(deck), batch_size):
            rows = deck[start : start + batch_size]
            z, trace = predict(X_train[rows], params, p, rng, training=True)
            back = (1 / (1 + np.exp(-z)) - y_train[rows].reshape(-1, 1)) / rows.size
            decay = l2_penalty_grads(params, weight_decay)
            new = []
            for place in reversed(range(len(params))):
                (W, b), (X, _, _) = params[place], trace[place]
                new.append((W - lr * (X.T.dot(back) + decay[place][0]), b - lr * back.sum(0)))
                if place:
                    _, before, mask = trace[place - 1]
                    back = dropout_backward(back.dot(W.T), mask) * (before > 0)
            params = new[::-1]
        visited.append(params)
        predicted = (predict(X_val, params)[0][:, 0] > 0).astype(int)
        history.append(
            {
                "train_loss": bce(X_train, y_train, params),
                "val_loss": bce(X_val, y_val, params),
                "val_accuracy": np.count_nonzero(predicted == y_val) / len(y_val),
            }
        )
        best = early_stopping([row["val_accuracy"] for row in history], patience)
        if len(history) - 1 - best == patience:
            break
    return visited[best], history
