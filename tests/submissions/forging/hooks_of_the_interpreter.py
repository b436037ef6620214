"""Hooks into tracing, profiling, exit, garbage collection, signals, audits and every exception.

Expect: score<=empty
"""
# %% before
import atexit, builtins, faulthandler, gc, signal, sys, threading
_said = []
def _everywhere(frame, event, argument):
    for name in ("value", "expected", "error"):
        if name in frame.f_locals:
            _said.append(name)
    return _everywhere
sys.settrace(_everywhere)
threading.settrace(_everywhere)
sys.setprofile(lambda frame, event, argument: None)
sys.addaudithook(lambda event, arguments: None)
sys.excepthook = sys.unraisablehook = lambda *arguments: None
gc.callbacks.append(lambda phase, info: _said.append(phase))
atexit.register(lambda: print("18/18"))
signal.signal(signal.SIGALRM, lambda number, frame: frame.f_locals.update(value=1.0))
signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
builtins.__build_class__, builtins.BaseException = builtins.__build_class__, Exception
