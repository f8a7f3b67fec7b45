"""What is learned from the languages' example messages: a head on the encoder's numbers, and a model of characters.

It is fitted once for each state of the examples and kept; processes only load it.
"""
