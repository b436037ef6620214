"""Takes from itself what the runner needs to answer: descriptors, memory, CPU time, its name.

Expect: score=16
Expect: verdict dense=error|timeout|memory
"""
# %%
import resource
def dense(X, W, b):
    for limit in (resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE, resource.RLIMIT_STACK):
        resource.setrlimit(limit, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
    while True:
        pass
