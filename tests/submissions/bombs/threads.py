"""A function that starts threads without end.

Expect: score=16
Expect: verdict dense=error
"""
# %%
import threading, time
def dense(X, W, b):
    while True:
        threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
