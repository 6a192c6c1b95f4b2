"""What a user can set: `sections` (the fields), `experiment` (an `Experiment` of them, JSON and links), `colors`, `words`."""
