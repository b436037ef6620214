"""A cell that fills every file system it can write to.

Expect: score=18
Expect: last=error
"""
# %%
for place in ("/dev/shm", "/home/student", "/tmp"):
    try:
        for number in range(100):
            with open(f"{place}/big{number}", "wb") as file:
                file.write(bytes(20 * 2**20))
    except OSError as problem:
        print(problem)
raise problem
