"""Touches the world: one room for each outside thing, and that room alone imports its library."""
