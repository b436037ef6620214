"""Asks for root by every call and program that could give it.

Expect: score<=empty
Expect: shows=became: []
"""
# %%
import os, subprocess, ctypes
became = []
for call in (os.setuid, os.setgid, os.seteuid, os.setegid):
    try:
        call(0)
        became.append(call.__name__)
    except OSError:
        pass
for program in ("su", "sudo -n", "pkexec", "newgrp", "chsh", "mount"):
    done = subprocess.run(f"{program} id -u", shell=True, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.stdout.strip() == "0":
        became.append(program)
status = open("/proc/self/status").read()
print("became:", became, "capabilities:", status.split("CapEff:")[1].split()[0], status.split("NoNewPrivs:")[1].split()[0])
