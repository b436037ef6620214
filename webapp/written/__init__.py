"""The written option: teams, proposals, papers and reviews."""
