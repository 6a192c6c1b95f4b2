"""Arrays and words of cross-validation."""
