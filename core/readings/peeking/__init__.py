"""Peeking in words."""
