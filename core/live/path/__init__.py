"""The run behind the page of the λ path."""
