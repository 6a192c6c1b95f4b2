"""The run of double descent along the epochs: draw after draw of the training rows, at every λ."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.live.pieces import PieceRun
from core.measures.numbers import loss_text
from core.readings.double_descent.epochs import epoch_sentence
from core.readings.looks import Arrays
from core.settings.experiment import Experiment
from core.studies.base.cost import Work
from core.studies.base.values import value_texts
from core.studies.double_descent.epochs import EPOCHS, N_DRAWS, N_FAST, N_SLOW, N_TRAIN, NAMES, VALUES, descend
from core.words import say

SHOWN = ("test", "train", "fast", "slow")  # what `NAMES` are called in arrays


def epochs_work(experiment: Experiment) -> Work:
    """Return about what it costs: one small linear model."""
    return Work(1, 1, (N_FAST + N_SLOW, 1), N_TRAIN, N_TRAIN, N_TRAIN, 1)


def epochs_run(experiment: Experiment) -> PieceRun:
    """Return the run, paused before its first draw."""
    return PieceRun(lambda: EpochPieces(experiment.data.seed))


class EpochPieces:
    """One piece is one draw. numbers: (4, n_values, n_epochs, n_draws), nan where not computed."""

    n_pieces = N_DRAWS

    def __init__(self, seed: int) -> None:
        self.seed, self.texts = seed, value_texts(VALUES)
        self.numbers = np.full((len(NAMES), len(VALUES), len(EPOCHS), N_DRAWS), np.nan)

    def compute(self, piece: int) -> None:
        """Follow gradient descent on one draw of the training rows."""
        self.numbers[..., piece] = descend(VALUES, EPOCHS, self.seed + piece)

    def arrays(self) -> Arrays:
        """Return de_<what> (n_values, n_epochs), means over the draws so far, and de_test_draws (n_values, n_draws·(n_epochs+1)),
        each draw ended by a nan.
        """
        n_there = max(1, int(np.isfinite(self.numbers[0, 0, 0]).sum()))
        means = self.numbers[..., :n_there].mean(-1)
        draws = np.swapaxes(self.numbers[0], 1, 2)
        ended = np.concatenate([draws, np.full((*draws.shape[:2], 1), np.nan)], 2)
        named = {f"de_{name}": mean for name, mean in zip(SHOWN, means, strict=True)}
        return {**named, "de_test_draws": ended.reshape(len(ended), -1)}

    def facts(self, n_done: int) -> dict[str, Any]:
        """Return the progress, and for each λ what its loss does."""
        loss = self.arrays()["de_test"]
        return {
            "readouts": {"progress": f"{n_done / self.n_pieces:.0%}"},
            "verdict": {"kind": "", "text": ""},
            "descriptions": {},
            "members_axis": "value",
            "members": [self._member(i, loss, n_done) for i in range(len(VALUES))],
        }

    def _member(self, i: int, loss: np.ndarray, n_done: int) -> dict[str, Any]:
        if not n_done:
            said = say("Not started. It takes a second.")
            return {"readouts": {"end": "–"}, "verdict": {"kind": "", "text": said}, "descriptions": {}}
        said = say(
            "λ = {value}, loss on fresh rows: {said}", value=self.texts[i],
            said=epoch_sentence(loss[i], EPOCHS, float(loss[0, -1])),
        )  # fmt: skip
        return {
            "readouts": {"end": loss_text(loss[i, -1])},
            "verdict": {"kind": "", "text": said},
            "descriptions": {"de_loss": said},
        }
