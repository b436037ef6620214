"""Extensions: more time for one student, for some or for a section."""
