"""Made-up tables whose truth is known: which inputs carry signal, which are duplicates of one that does, which are pure noise.

Four tasks, each with the law that made it, so the loss of the true model (the noise floor) is known too:
`informative_regression` and `informative_classes` (dials for signals, noise inputs and duplicates), `reviews` (a bag of words
of which few matter) and `vowels` (spoken vowels by their formants beside channels of noise). Read next: `bundled.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from core.data.info import N_POOL, DatasetInfo
from core.data.split import Array, RawRows, Relevance, Task
from core.data.streams import DISTRACTION, DUPLICATES, NOISE, ROWS, stream
from core.settings.experiment import DataConfig
from core.words import say

SEPARATION = 1.25  # half the distance of the two class centres: without noise the best model errs on Φ(-1.25) = 11 %

# Words of a film review. A telling word is three times as frequent in reviews of its own kind.
PRAISE = ("superb", "moving", "witty", "gripping", "charming", "masterpiece")
BLAME = ("dull", "clumsy", "tedious", "shallow", "bland", "mess")
FILLERS = (
    "the", "a", "and", "of", "to", "is", "in", "it", "that", "this", "with", "film", "movie", "story", "plot", "scene",
    "actor", "director", "camera", "music", "screen", "minute", "year", "world", "man", "woman", "city", "night",
    "house", "road", "first", "second", "last", "new", "old", "long", "short", "two",
)  # fmt: skip
FREQUENT, SELDOM = 0.6, 0.2  # occurrences of a telling word per review, in its own and in the other kind
FILLER_RATES = (2.0, 0.2)  # of the first and the last filler; the others between, in equal ratios

# Mean formants F1, F2, F3 in Hz of men, women and children: Peterson and Barney 1952, table II.
VOWELS: Mapping[str, tuple[tuple[int, int, int], ...]] = MappingProxyType(
    {
        "heed": ((270, 2290, 3010), (310, 2790, 3310), (370, 3200, 3730)),
        "hid": ((390, 1990, 2550), (430, 2480, 3070), (530, 2730, 3600)),
        "head": ((530, 1840, 2480), (610, 2330, 2990), (690, 2610, 3570)),
        "had": ((660, 1720, 2410), (860, 2050, 2850), (1010, 2320, 3320)),
        "hod": ((730, 1090, 2440), (850, 1220, 2810), (1030, 1370, 3170)),
        "hawed": ((570, 840, 2410), (590, 920, 2710), (680, 1060, 3180)),
        "hood": ((440, 1020, 2240), (470, 1160, 2680), (560, 1410, 3310)),
        "who'd": ((300, 870, 2240), (370, 950, 2670), (430, 1170, 3260)),
        "hud": ((640, 1190, 2390), (760, 1400, 2780), (850, 1590, 3360)),
        "heard": ((490, 1350, 1690), (500, 1640, 1960), (560, 1820, 2160)),
    }
)
SPEAKERS = (33 / 76, 28 / 76, 15 / 76)  # men, women, children among Peterson and Barney's speakers
# Standard deviation between speakers of one group, as a share of the mean; typical of the tables of Hillenbrand et al. 1995.
FORMANT_SPREAD = (0.09, 0.08, 0.065)
FORMANTS = (say("formant F1"), say("formant F2"), say("formant F3"))


def informative_regression(data: DataConfig) -> RawRows:
    """Return y = Σ β_j x_j + noise over k standard normal signals; |β_j| falls evenly to a half, Σ β² = 1, signs alternate."""
    signals = stream(data, ROWS).standard_normal((data.n_informative, N_POOL)).T
    truth = signals @ effects(data.n_informative)
    y = truth + data.noise_std * stream(data, NOISE).standard_normal(N_POOL)
    inputs, names, relevance = surround(data, signals)
    return RawRows(inputs, y, names, (), "y", truth=truth, relevance=relevance)


def informative_classes(data: DataConfig) -> RawRows:
    """Return two classes whose k signals are normal around ±1.25·β_j with variance 1 + noise_std², β as in the regression.

    log-odds of class 1 = 2·Σ centre_j·x_j / (1 + noise_std²): linear discriminant analysis (Fisher 1936).
    """
    labels = np.arange(N_POOL, dtype=np.int64) % 2
    centre = SEPARATION * effects(data.n_informative)
    rows = stream(data, ROWS).standard_normal((data.n_informative, N_POOL)).T
    noise = stream(data, NOISE).standard_normal((data.n_informative, N_POOL)).T
    signals = np.where(labels == 1, 1.0, -1.0)[:, None] * centre + rows + data.noise_std * noise
    probabilities = two_classes(2 * (signals @ centre) / (1 + data.noise_std**2))
    inputs, names, relevance = surround(data, signals)
    return RawRows(
        inputs,
        labels,
        names,
        (say("class {c}", c=0), say("class {c}", c=1)),
        say("class"),
        probabilities=probabilities,
        relevance=relevance,
    )


def effects(n_informative: int) -> Array:
    """Return β (k,): sizes from 1 evenly down to ½, signs + - + …, scaled to Σ β² = 1."""
    sizes = np.linspace(1.0, 0.5, n_informative) * (-1.0) ** np.arange(n_informative)
    return np.asarray(sizes / np.linalg.norm(sizes))


def surround(data: DataConfig, signals: Array) -> tuple[Array, tuple[str, ...], Relevance]:
    """Return signals (n, k) with their duplicates and the pure noise inputs behind them, the names and the truth.

    Duplicate i belongs to signal i mod k: duplicate = ρ·signal + √(1-ρ²)·noise in standardised units, so their correlation is ρ.
    With ρ = 0 it says nothing of its signal: it is pure noise, and counts and is named as such.
    """
    k, n_copies, rho = data.n_informative, data.n_duplicates, data.duplicate_correlation
    source = np.arange(n_copies) % k
    standardised = (signals - signals.mean(0)) / signals.std(0)
    own = stream(data, DUPLICATES).standard_normal((n_copies, len(signals))).T
    duplicates = rho * standardised[:, source] + np.sqrt(1 - rho**2) * own
    noise = distraction(data, len(signals))
    names = [say("signal {j}", j=j + 1) for j in range(k)]
    kind = say("duplicate of signal") if rho > 0 else say("noise beside signal")
    names += [
        say("{kind} {j}", kind=kind, j=j + 1) + (f" ({i // k + 1})" if n_copies > k else "")
        for i, j in enumerate(source)
    ]
    names += [say("noise {j}", j=j + 1) for j in range(noise.shape[1])]
    copied = source if rho > 0 else np.full(n_copies, -1)
    duplicate_of = np.concatenate([np.full(k, -1), copied, np.full(noise.shape[1], -1)])
    relevance = Relevance(np.arange(len(names)) < k, duplicate_of)
    return np.hstack([signals, duplicates, noise]), tuple(names), relevance


def distraction(data: DataConfig, n_rows: int) -> Array:
    """Return the pure noise inputs (n_rows, n_noise_features), standard normal; more of them keep the former ones."""
    return stream(data, DISTRACTION).standard_normal((data.n_noise_features, n_rows)).T


def reviews(data: DataConfig) -> RawRows:
    """Return film reviews as word counts, each Poisson: six words of praise and six of blame tell, 38 fillers do not.

    The bag-of-words model of McCallum and Nigam 1998; log-odds of praise = Σ count·log(rate if praised / rate if not).
    Input noise is in units of a word's standard deviation; with it the true probabilities are no longer known.
    """
    labels = np.arange(N_POOL, dtype=np.int64) % 2
    n_told = len(PRAISE)
    kind = np.repeat([1, 0], n_told)  # of the telling words: praise first
    telling = np.where(labels[:, None] == kind, FREQUENT, SELDOM)
    fillers = np.broadcast_to(np.geomspace(*FILLER_RATES, len(FILLERS)), (N_POOL, len(FILLERS)))
    counts = stream(data, ROWS).poisson(np.hstack([telling, fillers])).astype(float)
    evidence = counts[:, : 2 * n_told] @ np.where(kind == 1, 1.0, -1.0) * np.log(FREQUENT / SELDOM)
    inputs = counts + data.noise_std * counts.std(0) * stream(data, NOISE).standard_normal(counts.shape)
    words = (*PRAISE, *BLAME, *FILLERS)
    relevance = Relevance(np.arange(len(words)) < 2 * n_told, np.full(len(words), -1))
    probabilities = two_classes(evidence) if data.noise_std == 0 else None
    return RawRows(inputs, labels, words, ("pan", "praise"), "review", probabilities=probabilities, relevance=relevance)


def vowels(data: DataConfig) -> RawRows:
    """Return the ten vowels of heed, hid, … by formants F1-F3 in Hz, then noise channels that carry nothing.

    A speaker is a man, a woman or a child; formants are normal around the group's mean for the vowel. Input noise is in
    units of a formant's standard deviation over all rows. Means: Peterson and Barney 1952, "Control methods used in a
    study of the vowels", J. Acoust. Soc. Am. 24, table II. Spread: typical of Hillenbrand et al. 1995, J. Acoust. Soc. Am. 97.
    """
    labels = np.arange(N_POOL, dtype=np.int64) % len(VOWELS)
    rng = stream(data, ROWS)
    means = np.array(list(VOWELS.values()), dtype=float)  # (10, 3 groups, 3 formants)
    mean = means[labels, rng.choice(len(SPEAKERS), N_POOL, p=SPEAKERS)]
    clean = mean * (1 + np.array(FORMANT_SPREAD) * rng.standard_normal(mean.shape))
    blur = data.noise_std * clean.std(0)
    formants = clean + blur * stream(data, NOISE).standard_normal(clean.shape)
    noise = distraction(data, N_POOL)
    names = (*FORMANTS, *(say("noise channel {j}", j=j + 1) for j in range(noise.shape[1])))
    relevance = Relevance(np.arange(len(names)) < 3, np.full(len(names), -1))
    return RawRows(
        np.hstack([formants, noise]), labels, names, tuple(VOWELS), "vowel",
        probabilities=vowel_probabilities(formants, blur), relevance=relevance,
    )  # fmt: skip


def vowel_probabilities(formants: Array, blur: Array) -> Array:
    """Return p(vowel | formants), (n, 10), by Bayes' rule over vowels and groups; blur (3,) is the input noise in Hz."""
    means = np.array(list(VOWELS.values()), dtype=float)
    std = np.sqrt((means * FORMANT_SPREAD) ** 2 + blur**2)
    z = (formants[:, None, None, :] - means) / std
    log_joint = (-0.5 * z**2 - np.log(std)).sum(-1) + np.log(SPEAKERS)  # (n, 10, 3), up to a constant
    joint = np.exp(log_joint - log_joint.max(axis=(1, 2), keepdims=True)).sum(-1)
    return np.asarray(joint / joint.sum(1, keepdims=True))


def two_classes(log_odds: Array) -> Array:
    """Return probabilities (n, 2) of class 0 and class 1 from the log-odds (n,) of class 1."""
    p = 1 / (1 + np.exp(-np.clip(log_odds, -700, 700)))
    return np.column_stack([1 - p, p])


MAKERS: Mapping[str, Callable[[DataConfig], RawRows]] = MappingProxyType(
    {
        "informative_regression": informative_regression,
        "informative_classes": informative_classes,
        "reviews": reviews,
        "vowels": vowels,
    }
)


def _known(
    label: str, task: Task, n_classes: int, n_fixed: int, description: str, source: str, dials: tuple[str, ...] = ()
) -> DatasetInfo:
    """Return a task with known truth: `n_fixed` inputs, and those that the dials add."""
    info = DatasetInfo(label, "table", task, n_classes, N_POOL, description, source, n_fixed)
    return replace(info, dials=dials, has_relevance=True)


_DIALS = ("n_informative", "n_noise_features", "n_duplicates", "duplicate_correlation")
INFOS: Mapping[str, DatasetInfo] = MappingProxyType(
    {
        "informative_regression": _known(
            say("Signals in noise (values)"),
            "regression",
            0,
            0,
            say("A weighted sum of a few inputs among many of pure noise."),
            say("Made here."),
            _DIALS,
        ),
        "informative_classes": _known(
            say("Signals in noise (classes)"),
            "classification",
            2,
            0,
            say("Two clouds that differ in a few of many inputs."),
            say("Made here."),
            _DIALS,
        ),
        "reviews": _known(
            say("Film reviews (words)"),
            "classification",
            2,
            50,
            say("Made-up reviews by 50 word counts, of which 12 tell."),
            say("Bag of words as in McCallum & Nigam 1998; words and rates made here."),
        ),
        "vowels": _known(
            say("Vowels (speech)"),
            "classification",
            10,
            3,
            say("Ten made-up vowels by three formants and channels of noise."),
            say("Means of Peterson & Barney 1952, spread of Hillenbrand et al. 1995."),
            ("n_noise_features",),
        ),
    }
)
