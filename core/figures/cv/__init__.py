"""Figures of cross-validation."""
