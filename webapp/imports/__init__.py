"""Bulk import: many students' work, read and looked at before it is taken in."""
