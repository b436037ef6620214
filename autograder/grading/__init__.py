"""From a notebook to a result: run it in the sandbox, judge it from outside, write the verdict."""

from autograder.grading.pool import GradingPool
from autograder.grading.version import files_version, grader_version

__all__ = ["GradingPool", "files_version", "grader_version"]
