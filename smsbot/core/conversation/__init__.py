"""The talk: what came in, what was decided, and the texts that go out."""
