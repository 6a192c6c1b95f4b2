"""Runs that a page watches: what a study tells while it trains. Read `run` first, then the room of a study."""
