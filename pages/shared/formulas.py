r"""What is minimised and how a weight moves, as LaTeX, with the numbers of an experiment put in. Only what is on is shown.

The conventions are those of `core/engine`: J = data loss + l1·Σ|w| + l2·Σw² + activity_l2·Σh²/B, biases free.
"""

from core.data import DATASETS
from core.settings.experiment import Experiment

LEGEND = (
    "n: training points; B: batch size; g: slope on a batch; m̂, v̂: Adam's running means of g and g²; "
    "h: outputs of the hidden units, m: 0 or 1. Biases are not penalised."
)
MSE = r"\tfrac1n\sum(\hat y-y)^2"
CROSS_ENTROPY = r"\tfrac1n\sum-\ln\hat p_y"


def objective(experiment: Experiment) -> str:
    """Return J = data loss + the penalties that are on."""
    strengths = experiment.regularization
    is_linear = not experiment.network.hidden_sizes
    weights = r"_{\text{hidden}}" if not strengths.penalize_output else ""
    terms = [MSE if uses_mse(experiment) else CROSS_ENTROPY]
    if strengths.l1:
        terms.append(rf"{number(strengths.l1)}\sum{weights}|w|")
    if strengths.l2:
        terms.append(rf"{number(strengths.l2)}\sum{weights} w^2")
    if strengths.activity_l2 and not is_linear:
        terms.append(rf"{number(strengths.activity_l2)}\tfrac1B\sum h^2")
    return "J=" + "+".join(terms)


def gradient(experiment: Experiment) -> str:
    """Return g, the slope that the optimizer follows; the proximal step of L1 is not part of it."""
    strengths = experiment.regularization
    terms = [r"\nabla_w(\text{loss}" + (r"+\text{activity}" if has_activity(experiment) else "") + ")"]
    if strengths.l2:
        terms.append(rf"2\cdot{number(strengths.l2)}\,w")
    if strengths.l1 and strengths.l1_method == "subgradient":
        terms.append(rf"{number(strengths.l1)}\,\mathrm{{sign}}\,w")
    return "g=" + "+".join(terms)


def steps(experiment: Experiment) -> list[str]:
    """Return the update rule in order: dropout, gradient, schedule, the optimizer's step, L1's soft threshold; only what is on."""
    rules = (dropout, gradient, schedule, move, threshold)
    return [step for step in (rule(experiment) for rule in rules) if step]


def move(experiment: Experiment) -> str:
    """Return the optimizer's step of a weight."""
    training, rate = experiment.training, learning_rate(experiment)
    if training.optimizer == "adam":
        return rf"w\leftarrow w-{rate}\,\hat m/(\sqrt{{\hat v}}+\varepsilon)"
    if training.momentum:
        return rf"u\leftarrow {number(training.momentum)}\,u+g,\;w\leftarrow w-{rate}\,u"
    return rf"w\leftarrow w-{rate}\,g"


def threshold(experiment: Experiment) -> str:
    """Return the proximal step of L1: its threshold is λ₁ times the step's own length per unit of gradient.

    With momentum μ the length after the first steps, lr/(1-μ), is shown.
    """
    training, strengths = experiment.training, experiment.regularization
    if not strengths.l1 or strengths.l1_method == "subgradient":
        return ""
    length = rf"{learning_rate(experiment)}\cdot{number(strengths.l1)}"
    if training.optimizer == "adam":
        length += r"/(\sqrt{\hat v}+\varepsilon)"
    elif training.momentum:
        length += rf"/(1-{number(training.momentum)})"
    return rf"w\leftarrow\mathrm{{sign}}(w)\max(|w|-{length},\,0)"


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
    is_regression = DATASETS[experiment.data.name].task == "regression"
    return is_regression or experiment.training.loss == "mse"


def number(value: float) -> str:
    """Return a number as LaTeX: 0.003, 3·10^-5, 10^6."""
    if value == 0 or 1e-4 <= abs(value) < 1e5:
        return f"{value:.4g}"
    mantissa, exponent = f"{value:.2e}".split("e")
    digits = mantissa.rstrip("0").rstrip(".")
    power = f"10^{{{int(exponent)}}}"
    return power if digits == "1" else rf"{digits}\cdot{power}"
