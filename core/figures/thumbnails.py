"""A small picture of each data set, for those who choose one: some of its own training rows, drawn.

All stand side by side in one image, `assets/datasets.svg`, in the order of `DATASETS`: a page must not wait for them, and a
browser asks once. `python -m core.figures.thumbnails > assets/datasets.svg` writes it anew; a test draws it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import repeat

import numpy as np

from core.data import DATASETS, Split, load_split
from core.data.arrays import Array
from core.figures.theme import CLASS_COLORS
from core.settings.colors import BLUE, GREY, ORANGE
from core.settings.experiment import DataConfig

SIDE, EDGE = 44, 5  # of one picture, in pixels: a finger's width
N_ROWS = {"curve": 24, "plane": 90, "images": 10, "table": 40}
NOISE_STD = {"curve": 0.15, "plane": 0.0, "images": 0.0, "table": 0.0}


def sprite() -> str:
    """Return the pictures of all data sets as one SVG image, `SIDE` pixels each."""
    groups = (
        f'<g transform="translate({SIDE * place})">{"".join(picture(name))}</g>' for place, name in enumerate(DATASETS)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE * len(DATASETS)} {SIDE}">\n'
        + "\n".join(groups)
        + "\n</svg>"
    )


def picture(name: str) -> Iterator[str]:
    """Yield what is drawn of one data set: a curve and points beside it, points of classes or heights, or an image."""
    kind = DATASETS[name].kind
    split = load_split(DataConfig(name=name, n_train=N_ROWS[kind], noise_std=NOISE_STD[kind]))
    if kind == "images":
        yield from image(split)
        return
    if kind == "curve" and split.grid is not None and split.grid.truth is not None:
        ends = split.grid.truth.min(), split.grid.truth.max()
        line = zip(places(split.grid.x), places(split.grid.truth, *ends), strict=True)
        some = " ".join(f"{x:.1f},{SIDE - y:.1f}" for x, y in list(line)[::4])
        yield f'<polyline points="{some}" fill="none" stroke="{GREY}" stroke-width="1.5"/>'
        yield from dots(places(split.X_train[:, 0]), places(split.y_train, *standardised(split, ends)), repeat(BLUE))
        return
    across, up = (split.X_train[:, i] for i in telling_inputs(split))
    if split.task == "regression" and kind == "table":
        yield from dots(places(across), places(split.y_train), repeat(BLUE))
        return
    if split.task == "classification":
        yield from dots(places(across), places(up), [CLASS_COLORS[label] for label in split.y_train])
    else:
        heights = places(split.y_train, -1.0, 1.0) / SIDE
        yield from dots(places(across), places(up), [height_colour(height) for height in heights])


def standardised(split: Split, ends: tuple[float, float]) -> tuple[float, float]:
    """Return raw targets on the scale of `y_train`."""
    low, high = ((end - split.y_mean) / split.y_scale for end in ends)
    return float(low), float(high)


def telling_inputs(split: Split) -> tuple[int, int]:
    """Return the two inputs to draw: those of a plane, else those that go most with the target, whose classes are split best."""
    if split.kind == "plane":
        return 0, 1
    targets = (
        split.y_train[:, None] == np.arange(split.n_outputs)
        if split.task == "classification"
        else split.y_train[:, None]
    )
    with np.errstate(invalid="ignore"):
        together = np.nan_to_num(np.corrcoef(split.X_train.T, targets.T.astype(float)))
    first, second = np.argsort(-np.abs(together[: split.X_train.shape[1], split.X_train.shape[1] :]).max(axis=1))[:2]
    return int(first), int(second)


def places(values: Array, low: float | None = None, high: float | None = None) -> Array:
    """Return values as pixels between the edges of a picture."""
    low, high = float(values.min()) if low is None else low, float(values.max()) if high is None else high
    placed: Array = EDGE + (SIDE - 2 * EDGE) * np.clip((values - low) / (high - low), -0.1, 1.1)
    return placed


def dots(across: Array, up: Array, colours: Iterable[str]) -> Iterator[str]:
    """Yield points."""
    for x, y, colour in zip(across, up, colours, strict=False):
        yield f'<circle cx="{x:.1f}" cy="{SIDE - y:.1f}" r="1.7" fill="{colour}"/>'


def height_colour(height: float) -> str:
    """Return the colour of a height, 0…1: orange below, blue above, grey between."""
    return ORANGE if height < 0.35 else BLUE if height > 0.65 else "#bbb"


def image(split: Split) -> Iterator[str]:
    """Yield the pixels of the first image, the darker the brighter they were written."""
    pixels = (split.X_train[0] * split.x_scale + split.x_mean).reshape(8, 8)
    size = (SIDE - 2 * EDGE) / 8
    for (row, column), value in np.ndenumerate(pixels / pixels.max()):
        if value > 0.1:
            x, y = EDGE + size * column, EDGE + size * row
            yield f'<path d="M{x:.1f} {y:.1f}h{size}v{size}h-{size}z" fill-opacity="{value:.1f}"/>'


if __name__ == "__main__":
    print(sprite())
