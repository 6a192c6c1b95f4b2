"""The run behind the page of double descent."""
