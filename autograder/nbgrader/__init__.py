"""Where nbgrader is used: the release and the gradebook."""
