"""Made-up tasks: four curves, six 2-D classification toys and two 2-D regression toys.

A maker draws clean points with an explicit generator; noise is added later, in `core/data/__init__.py`.
The 2-D toys follow TensorFlow Playground (dataset.ts), spread over about -6..6. Read next: `core/data/bundled.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.random import Generator

from core.data.info import N_POOL, DatasetInfo
from core.data.split import Array, Task
from core.settings.experiment import FeatureName
from core.words import say

PLANE_LIMIT = 6.0
N_BAYES = 4000  # clean points per class that stand for the class's density


# Curves: y = f(x), x uniform over an interval.
def sine(x: Array) -> Array:
    """Return sin(2πx)."""
    return np.asarray(np.sin(2 * np.pi * x))


def cubic(x: Array) -> Array:
    """Return 4x³ - 3x, the third Chebyshev polynomial."""
    return np.asarray(4 * x**3 - 3 * x)


def step(x: Array) -> Array:
    """Return -1 left of 0 and 1 from there on."""
    return np.where(x < 0, -1.0, 1.0)


def doppler(x: Array) -> Array:
    """Return √(x(1-x))·sin(2.1π/(x+0.05)): Donoho & Johnstone 1994, "Ideal spatial adaptation", table 1."""
    return np.asarray(np.sqrt(np.clip(x * (1 - x), 0, None)) * np.sin(2.1 * np.pi / (x + 0.05)))


CURVES: Mapping[str, tuple[Callable[[Array], Array], float, float]] = MappingProxyType(
    {"sine": (sine, -1, 1), "cubic": (cubic, -1, 1), "step": (step, -1, 1), "doppler": (doppler, 0, 1)}
)


# Surfaces: target = f(points), points (n, 2) uniform over the square -6..6.
def plane(points: Array) -> Array:
    """Return (x + y) / 12: from -1 to 1."""
    return np.asarray(points.sum(axis=1) / (2 * PLANE_LIMIT))


BUMPS = ((-4, 2.5, 1), (0, 2.5, -1), (4, 2.5, 1), (-4, -2.5, -1), (0, -2.5, 1), (4, -2.5, -1))  # x, y, height


def multi_gaussian(points: Array) -> Array:
    """Return six hills and hollows of height ±1, falling linearly to 0 at distance 2 (they do not overlap)."""
    value = np.zeros(len(points))
    for x, y, height in BUMPS:
        distance = np.hypot(points[:, 0] - x, points[:, 1] - y)
        value += height * np.clip(1 - distance / 2, 0, 1)
    return value


SURFACES: Mapping[str, Callable[[Array], Array]] = MappingProxyType({"plane": plane, "multi_gaussian": multi_gaussian})


# Classes: clean points (n, 2) of the given labels (n,).
def circle(labels: Array, rng: Generator) -> Array:
    """Class 1 is a disc of radius 2.5, class 0 a ring from 3.5 to 5; radius and angle are uniform."""
    u, angle = rng.random(len(labels)), 2 * np.pi * rng.random(len(labels))
    radius = np.where(labels == 1, 2.5 * u, 3.5 + 1.5 * u)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


def xor(labels: Array, rng: Generator) -> Array:
    """Class 1 where x and y have the same sign; both are 0.3 to 5.3 away from the axes."""
    size = 0.3 + 5 * rng.random((len(labels), 2))
    x_sign = rng.choice([-1.0, 1.0], len(labels))
    y_sign = np.where(labels == 1, x_sign, -x_sign)
    return np.asarray(size * np.column_stack([x_sign, y_sign]))


def gaussians(labels: Array, rng: Generator) -> Array:
    """Two round clouds of standard deviation 0.7 at (2, 2) for class 1 and (-2, -2) for class 0."""
    centre = np.where(labels == 1, 2.0, -2.0)
    return np.asarray(centre[:, None] + 0.7 * rng.standard_normal((len(labels), 2)))


def spiral_arms(labels: Array, rng: Generator, n_arms: int) -> Array:
    """Arm c turns 1¾ times while its radius grows from 0 to 5; arms are turned by 2πc / n_arms."""
    u = rng.random(len(labels))
    angle = 1.75 * 2 * np.pi * u + 2 * np.pi * labels / n_arms
    return np.column_stack([5 * u * np.sin(angle), 5 * u * np.cos(angle)])


def spiral(labels: Array, rng: Generator) -> Array:
    """Two interleaved spiral arms."""
    return spiral_arms(labels, rng, 2)


def spiral3(labels: Array, rng: Generator) -> Array:
    """Three interleaved spiral arms."""
    return spiral_arms(labels, rng, 3)


def moons(labels: Array, rng: Generator) -> Array:
    """Two half circles that reach into each other (scikit-learn's `make_moons`, centred and 3.5 times larger)."""
    angle = np.pi * rng.random(len(labels))
    x = np.where(labels == 0, np.cos(angle), 1 - np.cos(angle))
    y = np.where(labels == 0, np.sin(angle), 0.5 - np.sin(angle))
    return np.asarray(3.5 * np.column_stack([x - 0.5, y - 0.25]))


CLASSES: Mapping[str, Callable[[Array, Generator], Array]] = MappingProxyType(
    {"circle": circle, "xor": xor, "gaussians": gaussians, "spiral": spiral, "moons": moons, "spiral3": spiral3}
)


def _curve(label: str, description: str, source: str = say("made here.")) -> DatasetInfo:
    return DatasetInfo(label, "curve", "regression", 0, N_POOL, description, source, 1)


def _toy(label: str, description: str, n_classes: int = 2, source: str = say("TensorFlow Playground.")) -> DatasetInfo:
    task: Task = "classification" if n_classes else "regression"
    return DatasetInfo(label, "plane", task, n_classes, N_POOL, description, source, 2)


INFOS: Mapping[str, DatasetInfo] = MappingProxyType(
    {
        "sine": _curve(say("Sine"), say("Two periods of a sine wave.")),
        "cubic": _curve(say("Cubic"), say("A third-degree polynomial with two bends.")),
        "step": _curve(say("Step"), say("A jump from -1 to 1: smooth networks find it hard.")),
        "doppler": _curve(say("Doppler"), say("A wave that gets ever faster to the left."), "Donoho & Johnstone 1994."),
        "circle": _toy(say("Circle"), say("A disc inside a ring.")),
        "xor": _toy(say("Exclusive or"), say("Four squares; opposite ones belong together.")),
        "gaussians": _toy(say("Two clouds"), say("Two round clouds; a straight line separates them.")),
        "spiral": _toy(say("Spiral"), say("Two interleaved spiral arms: the hardest of the toys.")),
        "moons": _toy(
            say("Moons"), say("Two half circles that reach into each other."), source=say("scikit-learn, make_moons.")
        ),
        "spiral3": _toy(
            say("Three spirals"), say("Three interleaved spiral arms."), n_classes=3, source=say("Stanford CS231n.")
        ),
        "plane": _toy(say("Plane"), say("A tilted plane: a linear model fits it."), n_classes=0),
        "multi_gaussian": _toy(say("Hills"), say("Three hills and three hollows."), n_classes=0),
    }
)

FEATURES: Mapping[FeatureName, tuple[str, Callable[[Array, Array], Array]]] = MappingProxyType(
    {
        "x": ("x", lambda x, y: x),
        "y": ("y", lambda x, y: y),
        "x2": ("x²", lambda x, y: x**2),
        "y2": ("y²", lambda x, y: y**2),
        "xy": ("x·y", lambda x, y: x * y),
        "sin_x": (say("sin x"), lambda x, y: np.sin(x)),
        "sin_y": (say("sin y"), lambda x, y: np.sin(y)),
    }
)


def make_features(points: Array, features: tuple[FeatureName, ...]) -> Array:
    """Return the chosen features (n, d) of points (n, 2), not yet standardised."""
    return np.column_stack([FEATURES[name][1](points[:, 0], points[:, 1]) for name in features])


def bayes_probabilities(name: str, points: Array, n_classes: int, noise_std: float, rng: Generator) -> Array:
    """Return the true class probabilities (n, n_classes) at noisy points (n, 2); classes are equally likely.

    p(x | c) is the clean density of class c blurred by the noise, a Gaussian kernel N(x; z, noise_std²)
    averaged over N_BAYES clean points z; Bayes' rule then gives p(c | x). Needs noise_std > 0.
    """
    log_density = np.empty((len(points), n_classes))
    for c in range(n_classes):
        clean = CLASSES[name](np.full(N_BAYES, c), rng)
        squared = (points[:, :1] - clean[:, 0]) ** 2 + (points[:, 1:] - clean[:, 1]) ** 2  # (n, N_BAYES)
        exponent = -squared / (2 * noise_std**2)
        highest = exponent.max(axis=1, keepdims=True)
        log_density[:, c] = highest[:, 0] + np.log(np.exp(exponent - highest).mean(axis=1))
    odds = np.exp(log_density - log_density.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def class_floors(probabilities: Array, labels: Array) -> dict[str, float]:
    """Return the losses of the true probabilities (n, C) on labels (n,): cross-entropy in nats, and mse.

    mse: targets ±1 for two classes, one-hot rows summed over outputs for more; the best guess is E[target | x].
    """
    right = probabilities[np.arange(len(labels)), labels]
    cross_entropy = float(np.log(1 / np.maximum(right, 1e-300)).mean())
    if probabilities.shape[1] == 2:
        mse = float(np.mean((2 * (1 - right)) ** 2))
    else:
        one_hot = np.eye(probabilities.shape[1])[labels]
        mse = float(((one_hot - probabilities) ** 2).sum(axis=1).mean())
    return {"cross_entropy": cross_entropy, "mse": mse}
