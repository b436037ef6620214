"""The boundary: files named `outside_*` are trusted, files named `inside_*` meet student code.

Between them lies `wire`, the only module that both sides import.
"""
