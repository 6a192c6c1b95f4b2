r"""What is minimised and how a weight moves, as LaTeX, with the numbers of an experiment put in. Only what is on is shown.

The conventions are those of `core/engine`: J = data loss + l1·Σ|w| + l2·Σw² + …, biases free. What is
written of each penalty stands in its record, `core/settings/penalties.py`.
"""

from collections.abc import Callable, Collection

from core.data import info_of
from core.settings.experiment import LIVE_FIELDS, Experiment
from core.settings.penalties import PENALTIES, Penalty
from core.words import joined, say

LEGEND = say(
    "n: training points; B: batch size; g: slope on a batch; m̂, v̂: Adam's running means of g and g²; "
    "h: outputs of the hidden units, m: 0 or 1. Biases are not penalised."
)
GROUPS = say("w_j: the links of input j, shrunk as one.")
ALWAYS = ("l1", "l2")  # what has a slider in view is shown at 0, too
Mark = Callable[[str, str], str]  # the LaTeX of a part, with the setting that it shows
MSE = r"\tfrac1n\sum(\hat y-y)^2"
CROSS_ENTROPY = r"\tfrac1n\sum-\ln\hat p_y"


def shown(experiment: Experiment) -> list[str]:
    """Return objective and steps as the Playground shows them: each part can be lit while the hand is on its slider."""
    return [objective(experiment, marked, ALWAYS), *steps(experiment, marked, ALWAYS)]


def plain(_: str, latex: str) -> str:
    """Return a part as it is."""
    return latex


def marked(name: str, latex: str) -> str:
    """Return a part in a box that is not seen, whose colour, another for each setting, is known to `STYLE`."""
    return rf"\colorbox{{#0000{LIVE_FIELDS.index(name) + 1:02x}00}}{{\({latex}\)}}"


# The browser writes the boxes' colours so; `assets/controls.js` says on the page itself which slider the hand is on.
STYLE = "<style>" + "\n".join(
    f'html[data-lab-term="{name}"] .katex-html [style*="rgba(0, 0, {i}, 0)"] '
    "{background: color-mix(in srgb, var(--lab-light, #0072b2) 30%, transparent) !important; border-radius: 4px}"
    for i, name in enumerate(LIVE_FIELDS, 1)
) + "</style>"  # fmt: skip


def legend(experiment: Experiment) -> str:
    """Return what the letters stand for."""
    has_groups = any(penalty.acts_on == "inputs" for penalty, _ in penalties_on(experiment))
    return joined([LEGEND, GROUPS if has_groups else ""])


def objective(experiment: Experiment, mark: Mark = plain, always: Collection[str] = ()) -> str:
    """Return J = data loss + the terms of the penalties that are on; weight decay has none.

    mark: what to make of each part; always: penalties that are written down at strength 0, too.
    """
    weights = "" if experiment.regularization.penalize_output else r"_{\text{hidden}}"
    on = [(one, one.term(number(strength), weights)) for one, strength in penalties_on(experiment, always)]
    terms = [mark(penalty.name, term) for penalty, term in on if term]
    return "J=" + "+".join([MSE if uses_mse(experiment) else CROSS_ENTROPY, *terms])


def penalties_on(experiment: Experiment, always: Collection[str] = ()) -> list[tuple[Penalty, float]]:
    """Return the penalties that have something to act on, with their strengths; those of `always` also at 0."""
    network, strengths = experiment.network, experiment.regularization
    off = set() if network.hidden_sizes else {"hidden outputs"}
    if not network.hidden_sizes and not strengths.penalize_output:
        off.add("inputs")
    pairs = [(penalty, getattr(strengths, name)) for name, penalty in PENALTIES.items()]
    return [
        (penalty, strength)
        for penalty, strength in pairs
        if (strength or penalty.name in always) and penalty.acts_on not in off
    ]


def gradient(experiment: Experiment, mark: Mark = plain, always: Collection[str] = ()) -> str:
    """Return g, the slope that the optimizer follows; proximal steps and weight decay are not part of it."""
    strengths = experiment.regularization
    terms = [r"\nabla_w(\text{loss}" + (r"+\text{activity}" if has_activity(experiment) else "") + ")"]
    on = penalties_on(experiment, always)
    terms += [mark(p.name, p.step(number(s), False)) for p, s in on if p.action == "gradient"]
    if strengths.l1 and strengths.l1_method == "subgradient":
        terms.append(mark("l1", rf"{number(strengths.l1)}\,\mathrm{{sign}}\,w"))
    return "g=" + "+".join(terms)


def steps(experiment: Experiment, mark: Mark = plain, always: Collection[str] = ()) -> list[str]:
    """Return the update rule in order: dropout, gradient, schedule, decay, the optimizer's step, thresholds; only what is on,
    and penalties of `always` at strength 0, too."""
    drop = dropout(experiment)
    before = [mark("dropout_rate", drop) if drop else "", gradient(experiment, mark, always), schedule(experiment)]
    after = [*decays(experiment, mark), move(experiment, mark), *thresholds(experiment, mark, always)]
    return [step for step in (*before, *after) if step]


def decays(experiment: Experiment, mark: Mark = plain) -> list[str]:
    """Return what shrinks the weights before the step, by the learning rate alone."""
    rate = learning_rate(experiment)
    found = [(p, s) for p, s in penalties_on(experiment) if p.action == "decoupled"]
    return [mark(one.name, one.step(rf"{rate}\cdot{number(strength)}", False)) for one, strength in found]


def move(experiment: Experiment, mark: Mark = plain) -> str:
    """Return the optimizer's step of a weight."""
    training, rate = experiment.training, mark("learning_rate", learning_rate(experiment))
    if training.optimizer == "adam":
        return rf"w\leftarrow w-{rate}\,\hat m/(\sqrt{{\hat v}}+\varepsilon)"
    if training.momentum:
        return rf"u\leftarrow {number(training.momentum)}\,u+g,\;w\leftarrow w-{rate}\,u"
    return rf"w\leftarrow w-{rate}\,g"


def thresholds(experiment: Experiment, mark: Mark = plain, always: Collection[str] = ()) -> list[str]:
    """Return the proximal steps: the threshold is the strength times the step's own length per unit of gradient.

    With momentum μ the length after the first steps, lr/(1-μ), is shown.
    """
    is_subgradient = experiment.regularization.l1_method == "subgradient"
    found = [
        (p, s)
        for p, s in penalties_on(experiment, always)
        if p.action == "proximal" and not (p.name == "l1" and is_subgradient)
    ]
    is_adam = experiment.training.optimizer == "adam"
    return [mark(one.name, one.step(length(experiment, strength), is_adam)) for one, strength in found]


def length(experiment: Experiment, strength: float) -> str:
    """Return how far the optimizer's step moves a weight for a slope of `strength`."""
    training = experiment.training
    text = rf"{learning_rate(experiment)}\cdot{number(strength)}"
    if training.optimizer == "adam":
        return text + r"/(\sqrt{\hat v}+\varepsilon)"
    return text + (rf"/(1-{number(training.momentum)})" if training.momentum else "")


def dropout(experiment: Experiment) -> str:
    """Return what dropout does to a hidden output while training, "" where it is off."""
    rate = experiment.regularization.dropout_rate
    if not rate or not experiment.network.hidden_sizes:
        return ""
    return rf"h\leftarrow h\,m/{number(1 - rate)},\;P(m{{=}}0)={number(rate)}"


def learning_rate(experiment: Experiment) -> str:
    """Return the learning rate, η_t where it falls on a schedule."""
    is_cosine = experiment.training.learning_rate_schedule == "cosine"
    return r"\eta_t" if is_cosine else number(experiment.training.learning_rate)


def schedule(experiment: Experiment) -> str:
    """Return η_t at step t of T, "" where the learning rate is constant; a run that goes on counts t from 0 again."""
    if experiment.training.learning_rate_schedule == "constant":
        return ""
    return rf"\eta_t={number(experiment.training.learning_rate)}\cdot\tfrac12(1+\cos(\pi t/T))"


def has_activity(experiment: Experiment) -> bool:
    """Return whether the activity penalty acts."""
    return bool(experiment.regularization.activity_l2 and experiment.network.hidden_sizes)


def uses_mse(experiment: Experiment) -> bool:
    """Return whether the data loss is squared error."""
    is_regression = info_of(experiment.data).task == "regression"
    return is_regression or experiment.training.loss == "mse"


def number(value: float) -> str:
    """Return a number as LaTeX: 0.003, 3·10^-5, 10^6."""
    if value == 0 or 1e-4 <= abs(value) < 1e5:
        return f"{value:.4g}"
    mantissa, exponent = f"{value:.2e}".split("e")
    digits = mantissa.rstrip("0").rstrip(".")
    power = f"10^{{{int(exponent)}}}"
    return power if digits == "1" else rf"{digits}\cdot{power}"
