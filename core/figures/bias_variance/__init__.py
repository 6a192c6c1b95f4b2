"""Figures of bias and variance."""
