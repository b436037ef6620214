"""One student for staff: their page, notes about them, and the course as they see it."""
