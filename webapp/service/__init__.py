"""The processes: serving, workers, backups."""
