"""Courses: what a course has, and who may enter which room of it."""
