"""How it is said: catalogs, languages, checks and SMS segments."""
