"""Figures of double descent."""
