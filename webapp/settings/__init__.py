"""Settings of a course and its assignments, and the catalogue they come from."""
