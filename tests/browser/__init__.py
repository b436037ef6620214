"""Stories told in a real Chromium to a real service: the demo's course, pool and sandbox."""
