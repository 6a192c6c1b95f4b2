"""Peeking: choosing by the test rows, and what the choice is worth on fresh ones."""
