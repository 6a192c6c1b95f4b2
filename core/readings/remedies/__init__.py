"""Arrays and words of the remedies."""
