"""The run behind the page of cross-validation."""
