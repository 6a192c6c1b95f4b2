"""Arrays and words of the comparison of penalties."""
