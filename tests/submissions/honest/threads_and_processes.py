"""Thread pools and process pools of ordinary size.

Expect: score=18
Expect: last=ok
"""
# %%
import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
def square(x):
    return x * x
with ThreadPoolExecutor(16) as pool:
    assert sum(pool.map(square, range(100))) == 328350
with multiprocessing.Pool(3) as pool:
    assert sum(pool.map(square, range(10))) == 285
# %%
with ProcessPoolExecutor(2) as pool:
    assert list(pool.map(abs, [-1, -2])) == [1, 2]
shared = multiprocessing.Array("d", 4)
queue = multiprocessing.Queue()
worker = multiprocessing.Process(target=lambda: queue.put(sum(shared)))
worker.start(); assert queue.get(timeout=10) == 0; worker.join()
