"""Redis: talks, kept replies and the outbox of withdrawals; and the embedded server for one machine."""
