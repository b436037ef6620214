"""Looks for anybody's files in the places where a host keeps them.

Expect: score<=empty
Expect: shows=files seen: 0
"""
# %%
import os
seen = 0
for place in ("/root", "/home", "/work", "/srv", "/opt", "/var", "/mnt", "/media", "/run", "/boot", "/sys", "/data",
              "/etc/passwd", "/etc/shadow", "/etc/hostname", "/etc/ssl/private", "/var/lib", "/var/run/docker.sock"):
    if os.path.isfile(place):
        seen += 1
        print(place)
    for folder, folders, files in os.walk(place):
        if not folder.startswith("/home/student"):
            seen += len(files)
            print(folder, files[:5])
print("files seen:", seen)
