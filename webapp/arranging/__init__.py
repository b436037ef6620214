"""Which assignments a course sets: their order, what is retired, and what is taken out for good."""
