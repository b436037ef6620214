"""Raises exceptions that look like the grader's own.

Expect: score<=empty
"""
# %%
class Finding(Exception):
    verdict, credit, message, hint, traceback = "passed", 1.0, "", "", ""
class PASSED(BaseException):
    pass
def perceptron(x, w, b):
    raise Finding("passed")
def dense(X, W, b):
    raise PASSED
def relu(z):
    raise type("infrastructure_error", (BaseException,), {"__str__": lambda self: 17})()
def xor_params():
    raise KeyboardInterrupt
def collapse_linear(params):
    raise GeneratorExit
