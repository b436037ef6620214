"""Hidden layers of the same width share their mask in a step.

Loses: train_regularized
"""


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
    masks = {}

    def drop(a):
        if a.shape not in masks:
            masks[a.shape] = (rng.random(a.shape) >= p) / (1 - p)
        mask = masks[a.shape]
        return a * mask, mask

    history, best, best_accuracy, waited = [], params, -1.0, 0
    for _ in range(epochs):
        order = rng.permutation(len(X_train))
        for start in range(0, len(X_train), batch_size):
            rows = order[start : start + batch_size]
            masks.clear()
            _, grads = loss_and_grads(X_train[rows], y_train[rows], params, drop)
            params = [
                (W - lr * (dW + weight_decay * W), b - lr * db)
                for (W, b), (dW, db) in zip(params, grads, strict=True)
            ]
        val_logits = logits_of(X_val, params)
        accuracy = np.mean((val_logits > 0) == (y_val > 0))
        history.append(
            {
                "train_loss": mean_bce(logits_of(X_train, params), y_train),
                "val_loss": mean_bce(val_logits, y_val),
                "val_accuracy": accuracy,
            }
        )
        waited += 1
        if accuracy > best_accuracy:
            best, best_accuracy, waited = params, accuracy, 0
        if waited == patience:
            break
    return best, history
