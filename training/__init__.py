"""What makes the bot's learned files and is not needed to run it."""
