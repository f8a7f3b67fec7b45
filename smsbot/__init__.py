"""The bot on a clinic's phone number: true, short, safe answers from one article, in the person's own language."""
