"""Thinks: pure values and functions; no clock, file, network, log or randomness."""
