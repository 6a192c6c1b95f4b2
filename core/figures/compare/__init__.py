"""Figures of the comparison of penalties."""
