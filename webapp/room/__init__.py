"""Room: how much of the disk a course's files take, and how much they may take."""
