r"""The registry of penalties: one record each, which settings, engine, formulas, charts and pages read.

objective = data loss + the terms of the penalties that are on. What a penalty does to the numbers stands in
`core/engine/penalties.py`, under the same name. Read next: `core/settings/sections.py`, whose fields are made of these records.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, NamedTuple

from core.words import say

Action = Literal["gradient", "proximal", "decoupled", "activity"]
MAX_STRENGTH = 1e6


class Style(NamedTuple):
    """How a penalty is drawn: colour, dash, and a symbol where it is a point. Told apart by colour-blind readers too."""

    color: str
    dash: str
    symbol: str


class Choice(NamedTuple):
    """One way to use a penalty on the Compare page: `key` names its style, `setting` the setting of its strength there."""

    key: str
    label: str
    setting: str
    description: str
    is_proximal: bool = True


@dataclass(frozen=True)
class Translation:
    """One line: what to write in another library. `is_exact`: the same minimum; `note` says what to mind."""

    library: str
    code: str
    is_exact: bool
    note: str


class Case(NamedTuple):
    """What a translation depends on besides the strength: of a linear model, or of one with hidden layers."""

    optimizer: str = "adam"
    is_classification: bool = False
    is_linear: bool = False


@dataclass(frozen=True)
class Penalty:
    r"""One penalty on the weights, or on the hidden outputs.

    name: its setting and strength. label, description: of the setting. short: on charts and in tables.
    action: "gradient" adds its slope to the gradient; "proximal" follows the optimizer's step in its own metric and gives
    exact zeros; "decoupled" shrinks before the step, by the learning rate alone; "activity" acts on hidden outputs.
    symbol: of its strength in words.
    term(strength, over): LaTeX of its term in the objective, summed `over` these weights ("" for all); "" for none.
    step(amount, is_per_weight): LaTeX of what it does to a weight; amount is the strength (gradient), the learning rate
    times it (decoupled), or how far the step moves a weight for it (proximal; `is_per_weight` where lengths differ).
    acts_on: all penalised weights, or the links of each input as one group.
    choices: how Compare offers it. elsewhere: what other libraries call it; None for those that `conventions` translates together.
    """

    name: str
    label: str
    short: str
    description: str
    action: Action
    symbol: str
    style: Style
    term: Callable[[str, str], str]
    step: Callable[[str, bool], str]
    choices: tuple[Choice, ...]
    acts_on: Literal["weights", "inputs", "hidden outputs"] = "weights"
    elsewhere: Callable[[float, Case], list[Translation]] | None = None


def activity_elsewhere(strength: float, case: Case) -> list[Translation]:
    """Return activity_l2·Σ(hidden output)²/batch size as other libraries want it: Keras divides by the batch size too."""
    loss = f"loss + {strength:.6g} * sum(h.square().sum() for h in hidden) / len(batch)"
    return [
        Translation(
            "Keras",
            f"Dense(…, activity_regularizer=L2({strength:.6g}))",
            True,
            say("The same, for each hidden layer."),
        ),
        Translation(
            "torch", loss, True, say("There is no option for it: add it to the loss by hand, in training only.")
        ),
        Translation("scikit-learn", "–", False, say("No exact equivalent: its networks have no penalty on outputs.")),
    ]


def decay_elsewhere(strength: float, case: Case) -> list[Translation]:
    """Return w ← w - lr·weight_decay·w as other libraries want it (Loshchilov and Hutter 2019)."""
    name = "AdamW" if case.optimizer == "adam" else "SGD"
    keras = Translation("Keras", f"{name}(…, weight_decay={strength:.6g})", True, KERAS_BIASES)
    elsewhere = Translation(
        "scikit-learn", "–", False, say("No exact equivalent: its networks have no decoupled decay.")
    )
    if case.optimizer == "adam":
        groups = f"[{{'params': weights, 'weight_decay': {strength:.6g}}}, {{'params': biases, 'weight_decay': 0}}]"
        return [keras, Translation("torch AdamW", f"AdamW({groups})", True, TORCH_BIASES), elsewhere]
    by_hand = f"for w in weights: w.mul_(1 - lr * {strength:.6g})"
    return [keras, Translation("torch SGD", by_hand, True, TORCH_SGD), elsewhere]


KERAS_BIASES = say(
    "The same, after optimizer.exclude_from_weight_decay(var_names=['bias']): it decays biases too otherwise."
)
TORCH_BIASES = say("The same, step by step, with the biases in a group of their own: AdamW decays them too otherwise.")
TORCH_SGD = say(
    "By hand before each step, without gradients. Its own weight_decay goes through the gradient: the same without "
    "momentum only."
)


def group_elsewhere(strength: float, case: Case) -> list[Translation]:
    """Return group_l1·Σ_j‖w_j‖ as other libraries want it; only scikit-learn's linear model of values is solved exactly."""
    norms = f"loss + {strength:.6g} * first.weight.norm(dim=0).sum()"
    lines = [
        Translation("Keras", "–", False, say("No exact equivalent: its regularizers know no groups.")),
        Translation("torch", norms, False, say("By hand; its gradient leads near zero, but not exactly onto it.")),
    ]
    if not case.is_linear or case.is_classification:
        none = say("No exact equivalent: its group penalty is for values, without hidden layers.")
        return [*lines, Translation("scikit-learn", "–", False, none)]
    note = say(
        "The same minimum, on inputs and targets as the network sees them: standardised. Of one output it is the Lasso."
    )
    return [*lines, Translation("scikit-learn", f"MultiTaskLasso(alpha={group_alpha(strength):.6g})", True, note)]


def group_alpha(group_l1: float) -> float:
    """MultiTaskLasso minimises Σ error²/(2n) + alpha·Σ_j‖w_j‖: half of ours."""
    return group_l1 / 2


def _group_step(amount: str, is_per_weight: bool) -> str:
    if is_per_weight:  # t is the norm after the step, the root of an equation
        return rf"w_j\leftarrow w_j\,t/(t+{amount}),\;t=\lVert w_j\rVert_{{\text{{new}}}}"
    return rf"w_j\leftarrow w_j\max(1-{amount}/\lVert w_j\rVert,\,0)"


_ALL = (
    Penalty(
        "l1",
        say("L1 strength λ₁"),
        "L1",
        say("Adds λ₁·Σ|w| to the loss: drives weights to exactly zero."),
        "proximal",
        "λ₁",
        Style("vermillion", "solid", "square"),
        term=lambda strength, over: rf"{strength}\sum{over}|w|",
        step=lambda amount, _: rf"w\leftarrow\mathrm{{sign}}(w)\max(|w|-{amount},\,0)",
        choices=(
            Choice(
                "l1_proximal",
                say("L1 proximal"),
                "compare_l1",
                say("λ₁ of L1 with the proximal step: drives weights to exactly zero."),
            ),
            Choice(
                "l1_subgradient",
                say("L1 subgradient"),
                "compare_subgradient",
                say("λ₁ of L1 by plain descent on |w|: small weights, no exact zeros."),
                is_proximal=False,
            ),
        ),
    ),
    Penalty(
        "l2",
        say("L2 strength λ₂"),
        "L2",
        say("Adds λ₂·Σw² to the loss: shrinks all weights."),
        "gradient",
        "λ₂",
        Style("sky", "solid", "diamond"),
        term=lambda strength, over: rf"{strength}\sum{over} w^2",
        step=lambda amount, _: rf"2\cdot{amount}\,w",
        choices=(Choice("l2", "L2", "compare_l2", say("λ₂ of L2: shrinks all weights.")),),
    ),
    Penalty(
        "activity_l2",
        say("Activity L2"),
        say("Activity L2"),
        say("Adds this × Σ(hidden output)² / batch size: keeps hidden outputs small."),
        "activity",
        "activity l2",
        Style("green", "dot", "triangle-up"),
        term=lambda strength, _: rf"{strength}\tfrac1B\sum h^2",
        step=lambda amount, _: "",
        choices=(
            Choice(
                "activity_l2", say("Activity L2"), "compare_activity", say("Strength of the penalty on hidden outputs.")
            ),
        ),
        acts_on="hidden outputs",
        elsewhere=activity_elsewhere,
    ),
    Penalty(
        "weight_decay",
        say("Weight decay"),
        say("Weight decay"),
        say(
            "Shrinks weights by learning rate × this at each step, apart from the gradient (as AdamW). Nothing is "
            "added to the loss."
        ),
        "decoupled",
        say("weight decay"),
        Style("sienna", "longdashdot", "pentagon"),
        term=lambda strength, over: "",
        step=lambda amount, _: rf"w\leftarrow(1-{amount})\,w",
        choices=(
            Choice(
                "weight_decay",
                say("Weight decay"),
                "compare_weight_decay",
                say("Shrinks weights by learning rate × this at each step, apart from the gradient, as AdamW does."),
            ),
        ),
        elsewhere=decay_elsewhere,
    ),
    Penalty(
        "group_l1",
        say("Group L1 strength"),
        say("Group L1"),
        say("Adds this × Σ‖w‖ over each input's links to the loss: drives whole inputs to exactly zero."),
        "proximal",
        say("group λ"),
        Style("violet", "3px,2px,9px,2px", "triangle-left"),
        term=lambda strength, _: rf"{strength}\sum_{{\text{{inputs}}}}\lVert w_j\rVert",
        step=_group_step,
        choices=(
            Choice(
                "group_l1",
                say("Group L1"),
                "compare_group_l1",
                say("λ of the norms of each input's links: drives whole inputs to exactly zero."),
            ),
        ),
        acts_on="inputs",
        elsewhere=group_elsewhere,
    ),
)
PENALTIES: Mapping[str, Penalty] = MappingProxyType({penalty.name: penalty for penalty in _ALL})
CHOICES: Mapping[str, Choice] = MappingProxyType({choice.key: choice for p in _ALL for choice in p.choices})


def sets_to_zero(name: str, is_l1_proximal: bool = True) -> bool:
    """Return whether a strength of this name drives weights to exactly zero; L1 does by its proximal step only."""
    penalty = PENALTIES.get(name)
    return penalty is not None and penalty.action == "proximal" and (name != "l1" or is_l1_proximal)
