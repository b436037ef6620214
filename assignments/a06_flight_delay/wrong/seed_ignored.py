"""fit takes a seed and never uses it.

Loses: reproducible
"""

solved_fit = fit


def fit(X, y, seed):
    return solved_fit(X, y, int(np.random.randint(10**6)))
