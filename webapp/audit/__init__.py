"""The log: what was changed by whom, written with each change and read by staff."""
