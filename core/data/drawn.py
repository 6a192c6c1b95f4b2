"""The data sets "My points": a curve, and a plane with two to four classes, of points that a hand has drawn.

The points are in the experiment itself (`core/settings/points.py`), so a link carries them. Nothing is learned of them but by
the network: inputs are standardised by the canvas, not by the rows, so that a point which is added, moved or removed under a
running network changes no other input; targets stay as they are drawn. There is no test set. Truth and noise floor are unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from numpy.typing import DTypeLike

from core.data.arrays import Array
from core.data.info import DatasetInfo
from core.data.split import Grid, Split, mean_and_scale
from core.data.synthetic import FEATURES, make_features
from core.settings.experiment import DataConfig, Experiment, FeatureName
from core.settings.points import MAX_POINTS, Point, pack, unpack
from core.words import say, say_n

CURVE, PLANE = "my_curve", "my_plane"
# How far the canvas reaches each way, in x and in y: a point beyond is not used.
REACH: Mapping[str, tuple[float, float]] = MappingProxyType({CURVE: (1.0, 4.0), PLANE: (7.0, 7.0)})
LABELS: Mapping[str, str] = MappingProxyType({CURVE: say("My points: curve"), PLANE: say("My points: classes")})
N_GRID_CURVE, N_GRID_PLANE = 201, 63  # every second point of 63 makes an even grid, too
FEWEST = 5  # training points that a study needs: `n_train` is as many for all data
MAX_COPIED_VAL = 60  # validation points that go along when training points are copied: as many as are well seen


@dataclass(frozen=True)
class DrawnInfo(DatasetInfo):
    """What is known of drawn points beside their label. parts: training and validation points."""

    parts: tuple[int, int] = (0, 0)

    @property
    def is_synthetic(self) -> bool:
        """Return whether the rows are drawn from a known law: a hand has none."""
        return False

    @property
    def has_noise(self) -> bool:
        """Return whether `noise_std` acts: the points are as they were drawn."""
        return False

    @property
    def has_label_noise(self) -> bool:
        """Return whether `label_noise` acts: the points are as they were drawn."""
        return False

    def n_test(self) -> int:
        """Return the number of test rows: none."""
        return 0

    def n_val(self, val_fraction: float) -> int:
        """Return the number of validation rows."""
        return self.parts[1]

    def max_train(self, val_fraction: float) -> int:
        """Return the largest `n_train`: the drawn training points, or the fewest that the setting can say."""
        return max(FEWEST, self.parts[0])


def is_drawn(data: DataConfig) -> bool:
    """Return whether the data are points of one's own."""
    return data.name in REACH


def info_of_points(data: DataConfig) -> DrawnInfo:
    """Return what a page needs to know of drawn points."""
    used = points_of(data)
    n_val = sum(point.is_val for point in used)
    n_classes = data.n_point_classes if data.name == PLANE else 0
    said = say("{train} and {val}, drawn by hand.", train=counted(len(used) - n_val), val=counted_val(n_val))
    if n_unused := len(unpack(data.points)) - len(used):
        said += say_n(
            " {n} more is not used: beyond the canvas, or of a class beyond these.",
            " {n} more are not used: beyond the canvas, or of a class beyond these.", n_unused,
        )  # fmt: skip
    return DrawnInfo(
        LABELS[data.name], "plane" if n_classes else "curve", "classification" if n_classes else "regression", n_classes,
        len(used), said, say("your hand."), 2 if n_classes else 1, parts=(len(used) - n_val, n_val),
    )  # fmt: skip


def counted(n: int) -> str:
    """Return "1 training point", "5 training points"."""
    return say_n("{n} training point", "{n} training points", n)


def counted_val(n: int) -> str:
    """Return "1 validation point", "5 validation points"."""
    return say_n("{n} validation point", "{n} validation points", n)


def points_of(data: DataConfig) -> tuple[Point, ...]:
    """Return the drawn points that are used: inside the canvas and, on a plane, of one of its classes."""
    across, up = REACH[data.name]
    n_classes = data.n_point_classes if data.name == PLANE else None
    return tuple(
        point for point in unpack(data.points)
        if abs(point.x) <= across and abs(point.y) <= up and (n_classes is None or point.label < n_classes)
    )  # fmt: skip


def load_points(data: DataConfig, dtype: DTypeLike = np.float32) -> Split:
    """Return the split of drawn points, in the order in which they were drawn. Any part may be empty."""
    points = points_of(data)
    places = np.array([point[:2] for point in points], dtype=float).reshape(-1, 2)
    is_val = np.array([point.is_val for point in points], dtype=bool)
    canvas = _canvas(data.name, data.features, np.dtype(dtype).str)
    if data.name == CURVE:
        raw, y, drawn = places[:, :1], places[:, 1].astype(dtype), places[:, :1]
        names: tuple[str, ...] = ("x",)
    else:
        raw, y, drawn = (
            make_features(places, data.features),
            np.array([p.label for p in points], dtype=np.int64),
            places,
        )
        names = tuple(FEATURES[name][0] for name in data.features)
    X = ((raw - canvas.x_mean) / canvas.x_scale).astype(dtype)
    n_classes = data.n_point_classes if data.name == PLANE else 0
    return Split(
        X[~is_val], y[~is_val], X[is_val], y[is_val], X[:0].copy(), y[:0].copy(),
        task="classification" if n_classes else "regression", n_classes=n_classes, feature_names=names,
        class_names=tuple(say("class {c}", c=c + 1) for c in range(n_classes)), target_name=say("class") if n_classes else "y",
        x_mean=canvas.x_mean, x_scale=canvas.x_scale, kind="plane" if n_classes else "curve", grid=canvas.grid,
        points_train=drawn[~is_val], points_val=drawn[is_val], classes=np.arange(n_classes),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Canvas:
    """What does not depend on the points: the drawing grid, and mean and scale of each input over it."""

    grid: Grid
    x_mean: Array
    x_scale: Array


@lru_cache(8)
def _canvas(name: str, features: tuple[FeatureName, ...], dtype: str) -> _Canvas:
    across, up = REACH[name]
    if name == CURVE:
        x = np.linspace(-across, across, N_GRID_CURVE)
        raw, y = x[:, None], None
    else:
        x, y = np.linspace(-across, across, N_GRID_PLANE), np.linspace(-up, up, N_GRID_PLANE)
        x_of, y_of = np.meshgrid(x, y)  # row = y, column = x
        raw = make_features(np.column_stack([x_of.ravel(), y_of.ravel()]), features)
    mean, scale = mean_and_scale(raw)
    return _Canvas(Grid(x, y, ((raw - mean) / scale).astype(dtype), None), mean, scale)


def is_enough(data: DataConfig, is_study: bool = True) -> bool:
    """Return whether there are points enough to train on: one for a single network, for a study as many as of any data."""
    n_train, n_val = info_of_points(data).parts
    return n_train >= FEWEST and n_val > 0 if is_study else n_train > 0


def check_points(data: DataConfig, is_study: bool = True) -> None:
    """Raise ValueError where drawn points are too few, see `is_enough`."""
    if is_enough(data, is_study):
        return
    n_train, n_val = info_of_points(data).parts
    raise ValueError(
        say(
            "points: expected at least {wanted}, received {train} and {val}; draw more on the Playground, or give them in "
            "Python: data={{'name': 'my_curve', 'points': [(x, y, 0, is_val), …]}}",
            wanted=say("{n} training points and one validation point", n=FEWEST)
            if is_study
            else say("one training point"),
            train=counted(n_train),
            val=counted_val(n_val),
        )
    )


def with_points(experiment: Experiment, points: str) -> Experiment:
    """Return the experiment on other drawn points. `n_train` follows them: it is how many are for training."""
    moved = experiment.replace(points=points)
    return moved.replace(n_train=info_of_points(moved.data).max_train(0.0))


def can_be_copied(info: DatasetInfo) -> bool:
    """Return whether the training points of a data set can become drawn ones: a curve, or classes on a plane."""
    return info.kind == "curve" or (info.kind == "plane" and 2 <= info.n_classes <= 4)


def copied(experiment: Experiment, split: Split) -> Experiment:
    """Return the experiment on drawn points: the training points of its split and, where there is room, some validation points.

    Those beyond the canvas are left out. Everything but the data stays. Raises ValueError where they cannot be drawn.
    """
    if (
        split.points_train is None
        or split.points_val is None
        or split.kind not in ("curve", "plane")
        or split.n_classes > 4
    ):
        raise ValueError(
            say(
                "split: expected points of a curve, or of 2 to 4 classes on a plane, received a {kind}", kind=split.kind
            )
        )
    name = PLANE if split.n_classes else CURVE
    if split.kind == "plane" and not split.n_classes:
        raise ValueError(
            say("split: expected points of a curve, or of 2 to 4 classes on a plane, received values on a plane")
        )
    parts = [_as_points(split, part, name) for part in ("train", "val")]
    n_val = min(MAX_COPIED_VAL, MAX_POINTS - len(parts[0][:MAX_POINTS]))
    chosen = [*parts[0][:MAX_POINTS], *parts[1][:n_val]]
    classes = {"n_point_classes": split.n_classes} if split.n_classes else {}
    return with_points(experiment.replace(data=name, noise_std=0.0, label_noise=0.0, **classes), pack(chosen))


def _as_points(split: Split, part: str, name: str) -> list[Point]:
    """Return one part of a split as points of the canvas."""
    places, target = getattr(split, f"points_{part}"), getattr(split, f"y_{part}")
    raw = places if name == PLANE else np.column_stack([places[:, 0], target * split.y_scale + split.y_mean])
    labels = target if name == PLANE else np.zeros(len(raw), dtype=int)
    across, up = REACH[name]
    return [
        Point(float(x), float(y), int(label), part == "val")
        for (x, y), label in zip(raw, labels, strict=True)
        if abs(x) <= across and abs(y) <= up
    ]
