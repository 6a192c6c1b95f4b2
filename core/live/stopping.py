"""When a run pauses by itself: at an epoch, at a loss, or once the validation loss has not fallen for a while.

Only what is recorded anyway is looked at, so that a condition changes no number before it is met.
"""

from __future__ import annotations

import math

from core.measures import History
from core.measures.numbers import Write, loss_text
from core.stream.commands import StopAt
from core.words import say

NEVER = StopAt(when="never")
NAMES = {"train_loss": say("training loss"), "val_loss": say("validation loss")}


class Stopping:
    """A condition, and what is remembered for it. Once met it is over, until the run begins anew or it is set again."""

    def __init__(self) -> None:
        self.set(NEVER)

    def set(self, condition: StopAt) -> None:
        """Look for this from now on."""
        self.condition = condition
        self.begin()

    def begin(self) -> None:
        """Look anew."""
        self.is_met, self.best_epoch, self.best_loss = self.condition.when == "never", 0, math.inf

    def react(self) -> None:
        """A strength was changed: whether the validation loss still falls is counted from here."""
        if self.condition.when == "best":
            self.begin()

    def look(self, epoch: int, history: History, write: Write = loss_text) -> str:
        """Return why the run pauses at this epoch, in a sentence with losses as `write` gives them; "" where it goes on."""
        if self.is_met:
            return ""
        is_recorded = history.epochs[-1] == epoch
        why = self._at_epoch(epoch) or (self._at_loss(epoch, history, write) if is_recorded else "")
        self.is_met = bool(why)
        return why

    def _at_epoch(self, epoch: int) -> str:
        is_there = self.condition.when == "epoch" and epoch == round(self.condition.value)
        return say("Stopped at epoch {epoch:,}, as you asked.", epoch=epoch) if is_there else ""

    def _at_loss(self, epoch: int, history: History, write: Write) -> str:
        """Losses are those of the one network of the run."""
        when, value = self.condition.when, self.condition.value
        if when in NAMES:
            loss = float(history.records[-1][when][0])
            if loss > value or math.isnan(loss):
                return ""
            return say(
                "Stopped at epoch {epoch:,}: the {names} has come down to {loss}, as you asked.",
                epoch=epoch,
                names=NAMES[when],
                loss=write(loss),
            )
        return self._past_best(epoch, float(history.records[-1]["val_loss"][0]), write) if when == "best" else ""

    def _past_best(self, epoch: int, loss: float, write: Write) -> str:
        if loss < self.best_loss:
            self.best_epoch, self.best_loss = epoch, loss
        if epoch - self.best_epoch < self.condition.value:
            return ""
        lowest = say(
            "at epoch {best_epoch:,}, {best_loss}", best_epoch=self.best_epoch, best_loss=write(self.best_loss)
        )
        return say(
            "Stopped early at epoch {epoch:,}: the validation loss was lowest {lowest}.", epoch=epoch, lowest=lowest
        )
