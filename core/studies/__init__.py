"""Studies: each makes a stack, trains it and reads results out of it.

Read `base` first (what is trained, training it, what it costs), then the room of a study.
"""
