"""The course's own page, and what staff announce: Markdown that instructors write."""
