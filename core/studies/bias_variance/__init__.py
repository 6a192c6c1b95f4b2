"""Bias and variance of real networks."""
