"""What was handed in: found, opened and parsed, however hostile."""
