"""Which notebooks of a class share passages: a pure reading of their text, nothing is executed.

The method is winnowing (Schleimer, Wilkerson and Aiken, "Winnowing: Local Algorithms for Document
Fingerprinting", SIGMOD 2003), as in MOSS, over Python tokens without their names and literals.
"""

from autograder.similarity.comparison import Document, Found, Pair, Stopped, compare
from autograder.similarity.passages import Passage, common_passages

__all__ = ["Document", "Found", "Pair", "Passage", "Stopped", "common_passages", "compare"]
