"""People: rosters, roles, sections, notes, and looking as a student."""
