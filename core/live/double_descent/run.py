"""The live run of double descent: draw after draw, width after width, at every λ, with right and with wrong labels."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.live.pieces import PieceRun
from core.measures.numbers import loss_text
from core.readings.double_descent.words import peak_sentence
from core.readings.looks import Arrays
from core.settings.experiment import Experiment
from core.studies.base.cost import Work
from core.studies.base.values import value_texts
from core.studies.double_descent.random_features import NAMES, WIDTHS, Draw, draw_rows, solve_together
from core.words import say

DATA, N_TRAIN, N_DRAWS, N_CLASSES = "digits", 200, 5, 10
NOISES = (0.0, 0.2)  # shares of wrong labels
VALUES = (0.0, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1)
SHOWN = ("error", "loss", "train_loss", "norm")  # what `NAMES` are called in arrays


def double_descent_work(experiment: Experiment) -> Work:
    """Return about what it costs: one network of the largest width, solved once."""
    return Work(1, 1, (64, max(WIDTHS), N_CLASSES), 800, N_TRAIN, N_TRAIN, 1)


def double_descent_run(experiment: Experiment) -> PieceRun:
    """Return the run, paused before its first piece."""
    return PieceRun(lambda: DescentPieces(experiment.data.seed))


class DescentPieces:
    """One piece is one width in one draw. numbers: (n_noises, n_values, 4, n_widths, n_draws), nan where not computed.

    confusion: (n_noises, n_values, n_widths, C, C) counts of fresh rows in the first draw, row = true class.
    """

    n_pieces = N_DRAWS * len(WIDTHS)

    def __init__(self, seed: int) -> None:
        self.seed, self.texts = seed, value_texts(VALUES)
        shape = (len(NOISES), len(VALUES))
        self.numbers = np.full((*shape, len(NAMES), len(WIDTHS), N_DRAWS), np.nan)
        self.confusion = np.full((*shape, len(WIDTHS), N_CLASSES, N_CLASSES), np.nan)
        self.draws: list[Draw] = []

    def compute(self, piece: int) -> None:
        """Solve one width of one draw at every λ, with right and with wrong labels."""
        k, j = divmod(piece, len(WIDTHS))
        if j == 0:
            self.draws = [draw_rows(DATA, N_TRAIN, noise, self.seed + k) for noise in NOISES]
        for i, (numbers, answers) in enumerate(solve_together(self.draws, WIDTHS[j], VALUES, self.seed + k)):
            self.numbers[i, :, :, j, k] = numbers
            if k == 0:
                self.confusion[i, :, j] = [count(self.draws[i].labels_test, said) for said in answers]

    def arrays(self) -> Arrays:
        """Return, by (noise, λ): dd_<what> (…, n_widths) means over the draws so far, dd_<what>_draws (…, n_draws·(n_widths+1))
        each draw ended by a nan, and dd_confusion (…, n_widths, C, C).
        """
        n_there = np.isfinite(self.numbers).sum(-1)
        means = np.divide(np.nansum(self.numbers, -1), n_there, out=np.full(n_there.shape, np.nan), where=n_there > 0)
        ends = np.full((*self.numbers.shape[:2], N_DRAWS, 1), np.nan)
        arrays = {"dd_confusion": self.confusion}
        for place, name in enumerate(SHOWN):
            each = np.concatenate([np.swapaxes(self.numbers[:, :, place], 2, 3), ends], 3)
            arrays |= {f"dd_{name}": means[:, :, place], f"dd_{name}_draws": each.reshape(*each.shape[:2], -1)}
        return arrays

    def facts(self, n_done: int) -> dict[str, Any]:
        """Return the progress, and for each λ what its error does with wrong labels."""
        error = self.arrays()["dd_error"]
        return {
            "readouts": {"progress": f"{n_done / self.n_pieces:.0%}"},
            "verdict": {"kind": "", "text": ""},
            "descriptions": {},
            "members_axis": "value",
            "members": [self._member(i, error, n_done) for i in range(len(VALUES))],
        }

    def _member(self, i: int, error: np.ndarray, n_done: int) -> dict[str, Any]:
        said = peak_sentence(error[1, i], WIDTHS, N_TRAIN)
        text = (
            say("λ = {strength}, {wrong:.0%} wrong labels: {said}", strength=self.texts[i], wrong=NOISES[1], said=said)
            if n_done
            else say("Not started. It takes a few seconds.")
        )
        norm = self.numbers[1, i, NAMES.index("norm")]
        peak = loss_text(np.nanmax(norm)) if n_done else "–"
        return {
            "readouts": {"largest_norm": peak},
            "verdict": {"kind": "", "text": text},
            "descriptions": {
                "dd_error": text,
                "dd_norm": say(
                    "λ = {strength}: largest norm of the weights {peak}.", strength=self.texts[i], peak=peak
                ),
            },
        }


def count(truth: np.ndarray, answers: np.ndarray) -> np.ndarray:
    """Return counts (C, C) of true classes (n,), down, by answers (n,)."""
    return np.bincount(truth * N_CLASSES + answers, minlength=N_CLASSES**2).reshape(N_CLASSES, N_CLASSES)
