"""Trains to the end, then finds with early_stopping what would have been."""


def train_regularized(X_train, y_train, X_val, y_val, params, *, epochs, batch_size, rng, **rest):
    p, lr, keep = rest["p"], rest["lr"], 1 - rest["p"]
    snapshots, history = [], []
    for epoch in range(epochs):
        # Random keys for the order, and the masks of the whole epoch in advance.
        order = np.argsort(rng.uniform(size=len(X_train)))
        masks = [
            np.where(rng.uniform(size=(len(X_train), b.size)) < p, 0, 1 / keep) for _, b in params
        ]
        for rows in np.split(order, range(batch_size, len(order), batch_size)):
            layer = iter(masks)

            def drop(a, layer=layer, rows=rows):
                return dropout_with(a, next(layer)[rows])

            _, grads = loss_and_grads(X_train[rows], y_train[rows], params, drop)
            pulls = l2_penalty_grads(params, rest["weight_decay"])
            params = [
                (W - lr * dW - lr * pW, b - lr * (db + pb))
                for (W, b), (dW, db), (pW, pb) in zip(params, grads, pulls, strict=True)
            ]
        z = logits_of(X_val, params)
        history.append(
            {
                "epoch": epoch,
                "train_loss": np.array(mean_bce(logits_of(X_train, params), y_train)),
                "val_loss": np.array(mean_bce(z, y_val)),
                "val_accuracy": np.float64(1 - np.mean(np.abs((z > 0) - y_val))),
                "norms": [np.linalg.norm(W) for W, _ in params],
            }
        )
        snapshots.append(params)
    best = early_stopping([entry["val_accuracy"] for entry in history], rest["patience"])
    return snapshots[best], history[: best + rest["patience"] + 1]


def dropout_with(a, mask):
    return a * mask, mask
