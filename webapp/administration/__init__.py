"""The site's own rooms: its courses, who looks after it, and who may make courses."""
