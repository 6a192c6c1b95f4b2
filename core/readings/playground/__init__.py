"""Arrays and words of the Playground."""
