"""Training for the λ path."""
