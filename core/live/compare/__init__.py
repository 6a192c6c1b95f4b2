"""The run behind the page of the comparison of penalties."""
