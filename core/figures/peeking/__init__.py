"""Figures of peeking."""
