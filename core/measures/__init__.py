"""What is read off a stack: history, sparsity, verdict. Read `history` first."""

from core.measures.history import History
from core.measures.sparsity import SMALL_WEIGHT, LayerCounts, count_weights

__all__ = ["SMALL_WEIGHT", "History", "LayerCounts", "count_weights"]
