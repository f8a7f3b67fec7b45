"""Campaigns: what brings people to the bot, what is written to those who said yes, and to whom, when and how often."""
