"""Heldout's grader: a notebook in, a result out, the student's code never beside its judge."""
