"""fit returns a function, flights come back as a list of floats and digits as a list of rows."""

solved_fit, solved_predict_proba = fit, predict_proba


def fit(X, y, seed):
    solved = solved_fit(X, y, seed)
    return lambda rows: solved_predict_proba(solved, rows).tolist()


predict_proba = lambda model, X: model(X)
