"""Home: a student's week and standing, a person's courses."""
