"""Reading whole requests: one thread holds every connection, and the others only answer.

Tornado reads and writes, gunicorn keeps the process, and the application is called in a thread of
its own once a request is there with its last byte. `limits` says how much and how long,
`connections` who makes room, `arriving` reads a request, `calling` asks the application, `server`
holds the sockets and `worker` is what gunicorn runs.
"""
