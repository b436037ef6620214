"""Callable objects, lambdas and NumPy scalars."""


class Dropout:
    def __call__(self, a, p, rng, training=True):
        self.mask = np.ones_like(a)
        if training and p:
            self.mask = rng.choice([0.0, 1 / (1 - p)], p=[p, 1 - p], size=a.shape)
        return self.mask * a, self.mask


dropout = Dropout()
dropout_backward = lambda dout, mask: np.where(mask > 0, mask * dout, 0)
l2_penalty = lambda params, weight_decay: np.array(
    weight_decay
    * np.concatenate([W.ravel() for W, _ in params]).dot(
        np.concatenate([W.ravel() for W, _ in params])
    )
    / 2
)
l2_penalty_grads = lambda params, weight_decay: tuple(
    (np.multiply(W, weight_decay), np.zeros(b.shape)) for W, b in params
)


class Patience:
    """Watches one number, and says when to stop."""

    def __init__(self, patience):
        self.patience, self.best, self.value, self.epoch = patience, None, -np.inf, -1

    def see(self, value):
        self.epoch += 1
        if value > self.value:
            self.best, self.value = self.epoch, value
        return self.epoch - self.best >= self.patience


def early_stopping(validation_accuracy, patience):
    watch = Patience(patience)
    for value in validation_accuracy:
        if watch.see(value):
            break
    return np.int64(watch.best)


class Trainer:
    def __call__(self, X_train, y_train, X_val, y_val, params, **settings):
        for name, value in settings.items():
            setattr(self, name, value)
        watch, history, best = Patience(self.patience), [], None
        self.params = [(np.array(W), np.array(b)) for W, b in params]
        for _ in range(self.epochs):
            order = np.arange(len(y_train))
            self.rng.shuffle(order)
            for start in range(0, len(order), self.batch_size):
                rows = order[start : start + self.batch_size]
                self.step(X_train[rows], y_train[rows])
            stop = self.measure(history, watch, (X_train, y_train), (X_val, y_val))
            if watch.best == watch.epoch:
                best = [(W.copy(), b.copy()) for W, b in self.params]
            if stop:
                break
        return best, history

    def step(self, X, y):
        drop = lambda a: Dropout()(a, self.p, self.rng)
        _, grads = loss_and_grads(X, y, self.params, drop)
        for (W, b), (dW, db) in zip(self.params, grads, strict=True):
            W *= 1 - self.lr * self.weight_decay
            W -= self.lr * dW
            b -= self.lr * db

    def measure(self, history, watch, seen, held):
        z = logits_of(held[0], self.params)
        history.append(
            {
                "train_loss": mean_bce(logits_of(seen[0], self.params), seen[1]),
                "val_loss": mean_bce(z, held[1]),
                "val_accuracy": np.mean((z > 0).astype(float) == held[1]),
            }
        )
        return watch.see(history[-1]["val_accuracy"])


train_regularized = Trainer()
