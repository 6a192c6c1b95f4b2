"""The winners of peeking in arrays and words: how good they looked, and how good they are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.readings.arrays import Arrays
from core.studies.peeking.simulation import Peeks
from core.words import joined, say

WIDTH, HIGHEST = 0.02, 0.5  # of the bars; 0.02 is one of 50 rows
PLACES = np.round(np.arange(0, HIGHEST + WIDTH / 2, WIDTH), 2)  # middles of the bars


def winner_arrays(peeks: Peeks) -> dict[str, np.ndarray]:
    """Return, by (k, m): pk_test, pk_fresh (…, n_bars) how many winners have about that share of wrong answers; pk_test_mean,
    pk_fresh_mean (…, 2) their mean, twice; and pk_optimism (n_m, n_k), fresh - test in percentage points.
    """
    arrays: dict[str, np.ndarray] = {}
    for name, shares in (("test", peeks.test), ("fresh", peeks.fresh)):
        bars = np.floor(np.minimum(shares, HIGHEST) / WIDTH + 0.5 + 1e-9).astype(int)  # a half is always rounded up
        arrays[f"pk_{name}"] = np.stack([(bars == b).sum(-1) for b in range(len(PLACES))], -1).astype(float)
        arrays[f"pk_{name}_mean"] = np.repeat(shares.mean(-1)[..., None], 2, -1)
    arrays["pk_optimism"] = 100 * peeks.optimism.T
    return arrays


def winner_sentence(arrays: Arrays, i: int, j: int, k: int, m: int) -> str:
    """Return how the winner of k settings on m rows looks, and what it is on fresh rows."""
    test, fresh = (float(arrays[f"pk_{name}_mean"][i, j, 0]) for name in ("test", "fresh"))
    first = float(arrays["pk_fresh_mean"][0, j, 0])
    who = say("One setting, no choice") if k == 1 else say("The best of {k} on {m} test rows", k=k, m=m)
    said = say(
        "{who}: {test:.1%} wrong there, {fresh:.1%} on fresh rows ({points:+.1f} points).",
        who=who,
        test=test,
        fresh=fresh,
        points=100 * (fresh - test),
    )
    return (
        said
        if k == 1
        else say("{said} Choosing has really gained {first:.1f} points.", said=said, first=100 * (first - fresh))
    )


def describe_optimism(arrays: Arrays, n_settings: Sequence[int], n_rows: Sequence[int]) -> str:
    """Return the optimism of the most settings for each number of rows."""
    parts = joined(
        [
            say("{pk_optimism:.1f} with {m} rows", pk_optimism=arrays["pk_optimism"][j][-1], m=m)
            for j, m in enumerate(n_rows)
        ],
        ", ",
    )
    return say(
        "Percentage points by which the best of {n_settings} looks better than it is: {parts}.",
        n_settings=n_settings[-1],
        parts=parts,
    )
