"""Double descent in words."""
