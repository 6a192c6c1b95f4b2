"""The run behind the page of peeking."""
