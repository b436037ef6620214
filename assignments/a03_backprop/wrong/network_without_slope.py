"""Goes back through the weights, but not through the activations.

Loses: loss_and_grads
"""


def loss_and_grads(X, y, params, activation, loss):
    inputs, outputs = [X], []
    for W, b in params:
        outputs.append(inputs[-1] @ W + b)
        inputs.append(activate(outputs[-1], activation))
    J, dZ = loss_at_logits(outputs[-1], y, loss)
    grads = []
    for layer in reversed(range(len(params))):
        grads.append((inputs[layer].T @ dZ, dZ.sum(axis=0)))
        if layer > 0:
            dZ = dZ @ params[layer][0].T
    return J, grads[::-1]
