"""Hears HTTP: a view parses, calls one flow, and renders."""
