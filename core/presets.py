"""Presets: experiments that show one thing each, with what to watch and what to expect. The tests train every one of them.

Two are exercises that many classes know from TensorFlow Playground (Smilkov et al. 2017). Its objective is
½·mean squared error + λ·½Σw² (or λ·Σ|w|), ours is mean squared error + l2·Σw² + l1·Σ|w|. Ours is twice theirs for

    l2 = λ,   l1 = 2·λ,   learning_rate = half of theirs,

so the minimum, and every step of plain gradient descent on the way (the plain subgradient for L1), are the same.
Differences that remain: their output for classes passes through tanh, ours is linear under squared error, and our inputs
are standardised. Read next: `core/engine`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from types import MappingProxyType

from core.settings.experiment import STUDIES, Experiment
from core.words import say


@dataclass(frozen=True)
class Preset:
    """`watch` says where to look, `expect` the result; `slides` are the values to slide to that these texts tell of.

    chip: its name where there is little room, "" for one that stands among the exercises. A run of it ends at the epoch that
    its texts name.
    """

    label: str
    chip: str
    watch: str
    expect: str
    experiment: Experiment
    slides: tuple[tuple[str, float], ...] = field(default=())


SINE = Experiment(
    data={"name": "sine", "n_train": 20, "noise_std": 0.3, "seed": 2},
    network={"hidden_sizes": (64, 64), "activation": "tanh"},
    training={"optimizer": "adam", "learning_rate": 0.01, "n_epochs": 1000},
)
DIGITS = Experiment(
    data={"name": "digits", "n_train": 100, "label_noise": 0.1},
    network={"hidden_sizes": (64,), "activation": "relu"},
    training={"optimizer": "adam", "learning_rate": 0.003, "batch_size": 32, "n_epochs": 300},
)


def playground_l1(rate: float) -> float:
    """Return our l1 for TensorFlow Playground's L1 rate."""
    return 2 * rate


def playground_learning_rate(rate: float) -> float:
    """Return our learning rate for TensorFlow Playground's."""
    return rate / 2


# "Noise 50" gives its clouds a variance of 4; ours have 0.7² before the noise.
CLOUDS = Experiment(
    data={
        "name": "gaussians", "n_train": 50, "noise_std": round(math.sqrt(4 - 0.7**2), 3), "seed": 3,
        "features": ("x", "y", "xy", "x2", "y2", "sin_x", "sin_y"),
    },
    network={"hidden_sizes": ()},
    training={
        "optimizer": "sgd", "learning_rate": playground_learning_rate(0.03), "batch_size": 10, "loss": "mse",
        "n_epochs": 500,
    },
)  # fmt: skip
# "Noise 30" moves each point by up to ±1.5, evenly: a standard deviation of 1.5/√3.
SQUARES = Experiment(
    data={
        "name": "xor", "n_train": 100, "noise_std": round(1.5 / math.sqrt(3), 3),
        "features": ("x", "y", "xy", "x2", "y2"),
    },
    network={"hidden_sizes": ()},
    training={
        "optimizer": "sgd", "learning_rate": playground_learning_rate(0.01), "batch_size": 7, "loss": "mse",
        "n_epochs": 500,
    },
)  # fmt: skip

PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "memorise": Preset(
            say("Memorise the noise"),
            say("Memorise"),
            say("The curve bends to touch every point; the losses part."),
            say(
                "By epoch 1,000 training loss below 0.01, validation loss over 3 × the noise floor. Then slide λ₂ to "
                "0.003: 1,000 epochs on it is below 2 × the floor."
            ),
            SINE,
            (("l2", 0.003),),
        ),
        "l2": Preset(
            say("L2 calms it"),
            say("L2 calms"),
            say("The same points with λ₂ = 0.003: the curve stays smooth."),
            say("By epoch 1,000 validation loss below 1.7 × the noise floor; no weight is exactly zero."),
            SINE.replace(l2=0.003, learning_rate=0.005),
        ),
        "l1": Preset(
            say("L1 prunes it"),
            say("L1 prunes"),
            say("λ₁ = 0.001: weight after weight lands on exactly zero."),
            say("By epoch 1,000 over 95 % of the weights exactly zero, validation loss below 1.7 × the noise floor."),
            SINE.replace(l1=0.001, learning_rate=0.005),  # at 0.01 Adam now and then jumps off the sparse solution
        ),
        "too_much": Preset(
            say("Too much λ"),
            say("Too much"),
            say("λ₂ = 0.3: the penalty outweighs the data, the curve falls flat."),
            say(
                "By epoch 1,000 both losses within 0.02 of 1, as for a flat line at the mean: no gap, nothing learned."
            ),
            SINE.replace(l2=0.3),
        ),
        "digits": Preset(
            "Digits, 100 images",
            say("Digits"),
            say("Ten labels are wrong: first it learns the digits, then the wrong labels by heart."),
            say(
                "Lowest validation loss before epoch 60; by 300 over 1.4 × that, training loss below 0.01. With λ₂ = "
                "0.01 from the start it is below 0.85 at 300."
            ),
            DIGITS,
            (("l2", 0.01),),
        ),
        "example": Preset(
            say("64-64-10 with kernel and activity L2"),
            "",
            say(
                "64 pixels → 64 units with λ₂ = 0.01 on their weights and 0.01 × Σ output² / batch size → softmax of "
                "10."
            ),
            say("At epoch 300 training loss over 10 × that of the preset before, validation loss at least 0.15 lower."),
            DIGITS.replace(l2=0.01, activity_l2=0.01, penalize_output=False),
        ),
        "clouds": Preset(
            say("Exercise a: L2 on two clouds"),
            "",
            say("A linear model on seven features. Run 500 epochs, slide λ₂ to 0.3, run 500 more."),
            say("Training loss rises; validation loss, gap and weights fall."),
            CLOUDS,
            (("l2", 0.3),),
        ),
        "squares": Preset(
            say("Exercise b: L1 finds x·y"),
            "",
            say(
                "A linear model on five features. Try λ₂ = 0.1 and 0.3, then λ₂ = 0 and λ₁ = 0.2 and 0.6 (0.1 and "
                "0.3 where the loss has a factor ½)."
            ),
            say(
                "L1 shrinks the gap most: four of five weights fall to zero, but for flickers below 0.03 as each "
                "batch of 7 pulls anew. x·y, the true feature, survives."
            ),
            SQUARES,
            (("l2", 0.1), ("l2", 0.3), ("l1", playground_l1(0.1)), ("l1", playground_l1(0.3))),
        ),
    }
)
START = PRESETS["memorise"].experiment
# The cross-validation page's own start: real data on which 64 units overfit, and seconds of training.
CV_START = Experiment(
    data={"name": "diabetes", "n_train": 150},
    network={"hidden_sizes": (64,), "activation": "relu"},
    training={"optimizer": "adam", "learning_rate": 0.003, "batch_size": 32, "n_epochs": 200},
)


@lru_cache(maxsize=256)
def preset_of(experiment: Experiment) -> str | None:
    """Return the name of the preset whose texts hold for this experiment, None where none does.

    It is that of the same experiment, or of one that differs by a value which the texts tell to slide to. How it is
    studied and which seed it starts from are no part of it.
    """
    same = [name for name, preset in PRESETS.items() if is_same_fit(preset.experiment, experiment)]
    slid = [name for name in PRESETS if any(is_same_fit(one, experiment) for one in slides_of(name))]
    return next(iter([*same, *slid]), None)


@cache
def slides_of(name: str) -> tuple[Experiment, ...]:
    """Return a preset's experiment after each of its slides; made once, for every snapshot of a run asks."""
    return tuple(PRESETS[name].experiment.replace(**{setting: value}) for setting, value in PRESETS[name].slides)


def is_same_fit(one: Experiment, other: Experiment) -> bool:
    """Return whether two experiments train the same network on the same data, from whichever start."""
    parts: dict[str, bool | set[str]] = {**dict.fromkeys(STUDIES, True), "training": {"seed"}}
    return one.model_dump(exclude=parts) == other.model_dump(exclude=parts)
