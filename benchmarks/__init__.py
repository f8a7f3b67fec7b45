"""What `make bench` runs: the bot under load, beside a floor that does as little as such a bot can."""
