"""Training for the comparison of penalties."""

from core.studies.compare.variants import TASK

__all__ = ["TASK"]
