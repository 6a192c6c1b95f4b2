"""What a user can set: `sections` (the fields), `experiment` (an `Experiment` of them, JSON), `links`, `colors`, `words`."""
