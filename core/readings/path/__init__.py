"""Arrays and words of the λ path."""
