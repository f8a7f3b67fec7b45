"""A carrier on this machine: stands in for the parts of Twilio's REST API that are used, where there is no account.

It takes messages, refuses what Twilio refuses with Twilio's codes, calls back with signatures, hears and answers, and keeps a book
of everything. It goes wrong where a script says so. It is for `make run` and for tests; nothing of the bot's own imports it.
"""
