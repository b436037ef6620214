"""Talks to the hypervisor's host over vsock.

Expect: score<=empty
Expect: shows=vsock refused
"""
# %%
import socket
try:
    host = socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)
    host.settimeout(0.5)
    host.connect((2, 1024))
    print("vsock open")
except (OSError, AttributeError):
    print("vsock refused")
