"""The run behind the page of the remedies."""
