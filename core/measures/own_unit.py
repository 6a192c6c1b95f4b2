"""A loss in the target's own unit: targets are standardised, so √loss times their standard deviation is a typical error.

Only where a target has a unit: values that were measured, not those that are made up or drawn.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from core.data.split import Split
from core.measures.numbers import Write, loss_text
from core.words import say


@dataclass(frozen=True)
class OwnUnit:
    """The unit of a target. scale: the standard deviation by which it is divided; name: of the target."""

    scale: float
    name: str

    def error(self, loss: float) -> float:
        """Return the root of a mean squared error in the unit, √loss · scale."""
        return math.sqrt(loss) * self.scale if loss >= 0 else math.nan

    def write(self, loss: float) -> str:
        """Return a loss with what it is in the unit, "0.345 (off by 12.3)"."""
        return say("{loss} (off by {error})", loss=loss_text(loss), error=number_in_unit(self.error(loss)))

    def said(self, loss: float) -> str:
        """Return what a loss is in the unit alone, "off by 12.3"; "" where there is no loss."""
        return say("off by {error}", error=number_in_unit(self.error(loss))) if math.isfinite(loss) else ""

    def beside(self, loss: float) -> str:
        """Return what stands behind a loss that is written already, with a space before it."""
        return say(" (off by {error})", error=number_in_unit(self.error(loss)))


def number_in_unit(error: float) -> str:
    """Return a typical error with three digits, "12.3", "1,230", "0.0123"."""
    return f"{error:,.0f}" if 1000 <= error < 1e6 else f"{error:.3g}"


def unit_of(split: Split) -> OwnUnit | None:
    """Return the unit of a split's target; None for classes, and for targets that are made up or drawn."""
    return OwnUnit(split.y_scale, split.target_name) if split.has_unit else None


def own_readouts(split: Split, losses: Mapping[str, float]) -> dict[str, str]:
    """Return what stands small behind the read-outs of losses by name: `<name>_own`; nothing without a unit."""
    unit = unit_of(split)
    return {} if unit is None else {f"{name}_own": unit.said(loss) for name, loss in losses.items()}


def writer_of(split: Split) -> Write:
    """Return how a loss on a split is written: in the target's unit too, where it has one."""
    unit = unit_of(split)
    return loss_text if unit is None else unit.write
