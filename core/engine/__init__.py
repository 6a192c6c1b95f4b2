"""One engine: every training is a stack of M networks of one shape, trained at once as batched tensors.

Read in this order: `stack` (parameters, forward and backward pass), `activations`, `losses`, `penalties`,
`optimizers`, `members`, `batches`, `block` (one step), `trainer` (one epoch, one measurement). Randomness comes only from
`torch.Generator`s made here from seeds, so runs repeat exactly, whatever other threads do.
"""

from core.engine.batches import BatchOrder, Rows
from core.engine.losses import LossKind, encode_targets, n_outputs_for
from core.engine.stack import Stack
from core.engine.trainer import Members, Trainer

__all__ = ["BatchOrder", "LossKind", "Members", "Rows", "Stack", "Trainer", "encode_targets", "n_outputs_for"]
