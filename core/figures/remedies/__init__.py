"""Figures of the remedies."""
