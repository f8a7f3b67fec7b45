"""Acts: the order of doors, and no policy."""
