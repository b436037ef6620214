"""Reading by rubric: proposals, reviews and written answers, and who reads what."""
