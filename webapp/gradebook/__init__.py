"""The gradebook: totals, the pass rule, files and nbgrader's gradebook, there and back."""
