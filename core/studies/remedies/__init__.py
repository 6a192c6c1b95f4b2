"""Training for the remedies."""
