"""Forks in a call, and both copies answer: the right to speak is the first one's, with every trick.

Expect: score<=empty
"""
# %%
import gc, os, time
def _both(*arguments):
    session = [found for found in gc.get_objects() if type(found).__name__ == "_Session"][0]
    if os.fork() == 0:
        session.process = os.getpid()
        return 1.0
    time.sleep(0.05)
    return 0.0
perceptron = dense = relu = forward = collapse_linear = xor_params = _both
