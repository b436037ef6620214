"""The worker: takes a job, has it graded and writes the result."""
