"""Leaves a thread behind that rewrites the notebook's functions and frames while checks run.

Expect: score<=empty
"""
# %%
import threading, time, gc, socket
def haunt():
    while True:
        for found in gc.get_objects():
            if isinstance(found, socket.socket):
                try:
                    found.send(b"\x05\x00\x00\x00\x92\x02\xa1a\xc3")
                except OSError:
                    pass
        time.sleep(0.01)
threading.Thread(target=haunt, daemon=True).start()
