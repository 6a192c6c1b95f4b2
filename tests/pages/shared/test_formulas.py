"""The formulas show what is on, with its numbers, and agree with what the engine computes."""

import math

import pytest

from core import Experiment, train
from core.data import load_split
from core.studies.playground.fit import make_training
from pages.shared import formulas

SGD = {"optimizer": "sgd", "learning_rate": 0.1}


def make(regularization=(), training=SGD, **rest):
    return Experiment(regularization=dict(regularization), training=dict(training), **rest)


def test_without_penalties_only_the_loss_and_the_step_are_shown():
    assert formulas.objective(make()) == r"J=\tfrac1n\sum(\hat y-y)^2"
    assert formulas.steps(make()) == [r"g=\nabla_w(\text{loss})", r"w\leftarrow w-0.1\,g"]


def test_every_penalty_that_is_on_stands_in_the_objective():
    on = make({"l1": 0.001, "l2": 0.02, "activity_l2": 0.3})
    assert formulas.objective(on) == r"J=\tfrac1n\sum(\hat y-y)^2+0.001\sum|w|+0.02\sum w^2+0.3\tfrac1B\sum h^2"


def test_weight_decay_is_a_step_before_the_step_and_no_term():
    on = make({"weight_decay": 0.02})
    assert formulas.objective(on) == formulas.objective(make())
    assert formulas.steps(on)[1:] == [r"w\leftarrow(1-0.1\cdot0.02)\,w", r"w\leftarrow w-0.1\,g"]
    run, plain = (train(e.replace(n_epochs=1), progress=False) for e in (on, make()))
    assert abs((plain.weights[0] - run.weights[0]) / 0.002 - train_start(on)).max() < 1e-3


def train_start(experiment):
    return make_training(experiment, load_split(experiment.data)).trainer.stack.weights[0][0].numpy()


def test_group_l1_is_a_term_over_inputs_and_a_step_after_the_step():
    on = make({"group_l1": 0.02})
    assert formulas.objective(on).endswith(r"+0.02\sum_{\text{inputs}}\lVert w_j\rVert")
    assert formulas.steps(on)[-1] == r"w_j\leftarrow w_j\max(1-0.1\cdot0.02/\lVert w_j\rVert,\,0)"
    assert r"t/(t+0.1\cdot0.02/(\sqrt{\hat v}+\varepsilon))" in formulas.steps(on.replace(optimizer="adam"))[-1]
    off = on.replace(hidden_sizes=(), penalize_output=False)
    assert formulas.objective(off) == formulas.objective(make()) and len(formulas.steps(off)) == 2
    assert "links of input j" in formulas.legend(on) and formulas.legend(make()) == formulas.LEGEND


def test_penalties_of_the_hidden_layers_alone_say_so():
    on = make({"l1": 0.001, "l2": 0.02, "penalize_output": False})
    assert formulas.objective(on).endswith(r"+0.001\sum_{\text{hidden}}|w|+0.02\sum_{\text{hidden}} w^2")


def test_classes_have_cross_entropy_unless_squared_error_is_asked_for():
    data = {"name": "xor"}
    assert formulas.objective(make(data=data)) == r"J=\tfrac1n\sum-\ln\hat p_y"
    assert formulas.objective(make(training={"loss": "mse"}, data=data)) == r"J=\tfrac1n\sum(\hat y-y)^2"


def test_proximal_l1_is_a_step_after_the_step():
    steps = formulas.steps(make({"l1": 0.001, "l2": 0.02}))
    assert steps == [
        r"g=\nabla_w(\text{loss})+2\cdot0.02\,w",
        r"w\leftarrow w-0.1\,g",
        r"w\leftarrow\mathrm{sign}(w)\max(|w|-0.1\cdot0.001,\,0)",
    ]


def test_subgradient_l1_is_a_part_of_the_slope():
    steps = formulas.steps(make({"l1": 0.001, "l1_method": "subgradient"}))
    assert steps == [r"g=\nabla_w(\text{loss})+0.001\,\mathrm{sign}\,w", r"w\leftarrow w-0.1\,g"]


def test_momentum_and_adam_have_their_own_step_and_threshold():
    with_momentum = formulas.steps(make({"l1": 0.001}, {**SGD, "momentum": 0.9}))
    assert with_momentum[1] == r"u\leftarrow 0.9\,u+g,\;w\leftarrow w-0.1\,u"
    assert r"|w|-0.1\cdot0.001/(1-0.9)," in with_momentum[2]
    adam = formulas.steps(make({"l1": 0.001}, {"optimizer": "adam", "learning_rate": 0.1, "momentum": 0.9}))
    assert adam[1] == r"w\leftarrow w-0.1\,\hat m/(\sqrt{\hat v}+\varepsilon)"
    assert r"|w|-0.1\cdot0.001/(\sqrt{\hat v}+\varepsilon)," in adam[2]


def test_dropout_and_the_schedule_are_shown_when_they_act():
    on = make({"dropout_rate": 0.2}, {**SGD, "learning_rate_schedule": "cosine"})
    assert formulas.steps(on)[0] == r"h\leftarrow h\,m/0.8,\;P(m{=}0)=0.2"
    assert formulas.steps(on)[2:] == [r"\eta_t=0.1\cdot\tfrac12(1+\cos(\pi t/T))", r"w\leftarrow w-\eta_t\,g"]


def test_a_linear_model_has_neither_dropout_nor_an_activity_penalty():
    linear = make({"dropout_rate": 0.2, "activity_l2": 0.1}, network={"hidden_sizes": ()})
    assert formulas.objective(linear) == formulas.objective(make())
    assert formulas.steps(linear) == formulas.steps(make())


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.003, "0.003"), (0.0001, "0.0001"), (1e-5, "10^{-5}"), (3e-5, r"3\cdot10^{-5}"), (1e6, "10^{6}"), (0.9, "0.9")],
)
def test_numbers(value, text):
    assert formulas.number(value) == text


def test_the_steps_of_a_linear_model_by_the_shown_rule_are_the_engines():
    """One weight, one row: g = 2(wx+b-y)x + 2·l2·w, w ← w - lr·g, then the soft threshold lr·l1."""
    from core.data import Split

    x, y, lr, l1, l2 = 1.5, 0.7, 0.1, 0.4, 0.05
    split = Split.from_arrays([[x]], [y], [[x]], [y], task="regression")
    experiment = make({"l1": l1, "l2": l2}, {**SGD, "n_epochs": 1}, network={"hidden_sizes": ()})
    start = train(experiment.replace(learning_rate=1e-300), split, progress=False, dtype="float64")
    run = train(experiment, split, progress=False, dtype="float64")
    w, b = start.weights[0].item(), start.biases[0].item()
    w -= lr * (2 * (w * x + b - y) * x + 2 * l2 * w)
    assert run.weights[0].item() == pytest.approx(math.copysign(max(abs(w) - lr * l1, 0), w), abs=1e-12)


def test_on_the_playground_both_sliders_have_their_parts_at_zero_too_and_each_part_is_in_a_box_of_its_own():
    objective, slope, step, threshold = formulas.shown(make())
    l1, l2, rate = (formulas.marked(name, "X").split("{")[1] for name in ("l1", "l2", "learning_rate"))
    assert len({l1, l2, rate}) == 3
    assert objective == (
        rf"J=\tfrac1n\sum(\hat y-y)^2+\colorbox{{{l1}{{\(0\sum|w|\)}}+\colorbox{{{l2}{{\(0\sum w^2\)}}"
    )
    assert slope == rf"g=\nabla_w(\text{{loss}})+\colorbox{{{l2}{{\(2\cdot0\,w\)}}"
    assert step == rf"w\leftarrow w-\colorbox{{{rate}{{\(0.1\)}}\,g"
    assert threshold.startswith(rf"\colorbox{{{l1}{{\(w\leftarrow")
    for name in ("l1", "l2", "learning_rate", "dropout_rate"):
        assert f'data-lab-term="{name}"' in formulas.STYLE
