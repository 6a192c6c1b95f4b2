"""Training for the comparison of penalties."""
