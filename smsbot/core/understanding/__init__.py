"""What was meant: folding, vocabulary, red flags and the reading of a message."""
