"""The run behind the page of bias and variance."""
