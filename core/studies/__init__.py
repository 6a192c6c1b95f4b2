"""Studies: each makes a stack, trains it and reads results out of it."""

from core.studies.fit import CrossValidation, Path, Run, cross_validate, sweep, train

__all__ = ["CrossValidation", "Path", "Run", "cross_validate", "sweep", "train"]
