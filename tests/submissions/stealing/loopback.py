"""Scans the loopback interface for the web service and the database of the host.

Expect: score<=empty
Expect: shows=open ports: []
"""
# %%
import socket
found = []
for port in [22, 25, 53, 80, 443, 631, 3306, 5000, 5432, 6379, 8000, 8080, 8888, *range(9000, 9050)]:
    for address in ("127.0.0.1", "::1"):
        try:
            socket.create_connection((address, port), timeout=0.2).close()
            found.append((address, port))
        except OSError:
            pass
print("open ports:", found)
