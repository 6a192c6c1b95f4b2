"""Training for the Playground."""
