"""The queue: jobs, leases, workers, and how long those who wait still wait."""
