"""Tries the network: names, addresses of clouds and hosts, raw packets, other families of sockets.

Expect: score<=empty
Expect: shows=reached: []
"""
# %%
import socket
reached = []
for address in ("169.254.169.254", "8.8.8.8", "10.0.0.1", "192.168.0.1", "172.17.0.1"):
    try:
        socket.create_connection((address, 80), timeout=0.3)
        reached.append(address)
    except OSError:
        pass
try:
    reached.append(socket.getaddrinfo("example.com", 80))
except OSError:
    pass
for family, kind in ((17, 3), (38, 5), (40, 1), (16, 3), (31, 3), (44, 3), (21, 5), (2, 3)):
    try:
        made = socket.socket(family, kind)
        if family != 16:
            reached.append(family)
    except OSError:
        pass
print("reached:", reached)
