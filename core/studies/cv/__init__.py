"""Training for cross-validation."""
