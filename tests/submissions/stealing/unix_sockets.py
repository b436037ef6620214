"""Connects to every unix socket that the kernel names, abstract ones too, and to those a host usually has.

Expect: score<=empty
Expect: shows=connected: []
"""
# %%
import socket
connected = []
names = ["/run/docker.sock", "/var/run/docker.sock", "/run/dbus/system_bus_socket", "/tmp/.X11-unix/X0", "\0/tmp/.X11-unix/X0",
         "/run/postgresql/.s.PGSQL.5432", "/run/systemd/private", "\0/containerd-shim", "/dev/log"]
for line in open("/proc/net/unix").read().splitlines()[1:]:
    parts = line.split()
    if len(parts) > 7:
        names.append(parts[7].replace("@", "\0", 1))
for name in names:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
        try:
            with socket.socket(socket.AF_UNIX, kind) as each:
                each.connect(name)
                connected.append(name)
        except OSError:
            pass
print("connected:", connected)
