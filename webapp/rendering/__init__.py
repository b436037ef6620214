"""Pages made of what somebody wrote: once, bounded, and in no process that serves requests.

A web thread finds a stored copy, or leaves what is to be made in a folder and says that it is
being prepared (`shelf.py`). The renderer takes it from there (`renderer.py`), one account after
the other, and has it made in a process with hard limits that holds no secret (`inside.py`). The
two share that folder and nothing else: the renderer knows no database.
"""
