"""Figures of the λ path."""
