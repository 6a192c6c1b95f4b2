"""Bias and variance in arrays and words."""
