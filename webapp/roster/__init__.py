"""A roster: read as others write it, looked at, then taken into the course."""
