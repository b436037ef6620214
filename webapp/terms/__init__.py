"""What becomes of a course after its term: copied for the next one, archived, deleted."""
