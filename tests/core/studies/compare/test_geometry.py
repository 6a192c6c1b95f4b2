"""The panel's numbers against autograd, a hand-made quadratic, and the engine's own next step."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.data import Split
from core.engine import Trainer
from core.studies.compare.geometry import (
    FINE_STEPS,
    Update,
    WeightRef,
    circle,
    current_point,
    data_gradient,
    data_losses,
    diamond,
    geometry_arrays,
    largest_weights,
    place_of,
    read_update,
)
from core.studies.compare.variants import TASK, VARIANTS, Variant, plan_compare

X = np.array([[1.0, 2.0], [-1.0, 1.0], [0.5, -1.0]])
Y = np.array([1.0, 0.0, -1.0])
LINEAR = TASK.replace(hidden_sizes=(), batch_size=None, optimizer="sgd", learning_rate=0.1)
PAIR = (WeightRef(0, 0, 0), WeightRef(0, 1, 0))


def make_trainer(*variants: str) -> Trainer:
    return plan_compare(TASK.replace(variants=variants)).make_trainer()


def linear_trainer(variant: str = "none", **strengths: float) -> Trainer:
    split = Split.from_arrays(X, Y, X, Y, task="regression")
    return plan_compare(LINEAR.replace(data="sine", variants=(variant,), **strengths), split).make_trainer()


def test_loss_of_a_linear_model_by_hand() -> None:
    trainer = linear_trainer()
    bias = float(trainer.stack.biases[0][0, 0, 0])
    points = np.array([[0.0, 0.0], [1.0, 0.5], [-2.0, 3.0]])
    expected = [np.mean((X @ w + bias - Y) ** 2) for w in points]
    np.testing.assert_allclose(data_losses(trainer, 0, PAIR, points), expected, rtol=1e-6)


def test_gradient_is_autograds_on_a_network() -> None:
    trainer = make_trainer("none", "l2")
    for _ in range(4):
        trainer.run_epoch()
    refs = [WeightRef(0, 1, 5), WeightRef(1, 3, 7), WeightRef(2, 4, 0)]
    layers = [
        (w[1].double().clone().requires_grad_(), b[1].double())
        for w, b in zip(trainer.stack.weights, trainer.stack.biases, strict=True)
    ]
    rows = trainer.pool.is_train[1] > 0
    signal = trainer.pool.X[0][rows].double()
    for weight, bias in layers[:-1]:
        signal = torch.relu(signal @ weight + bias)
    outputs = signal @ layers[-1][0] + layers[-1][1]
    loss = torch.nn.functional.binary_cross_entropy_with_logits(outputs, trainer.pool.targets[rows].double())
    loss.backward()
    expected = [float(layers[r.layer][0].grad[r.source, r.target]) for r in refs]  # type: ignore[index]
    np.testing.assert_allclose(data_gradient(trainer, 1, refs), expected, atol=1e-7)


def test_the_grid_holds_the_present_loss_and_the_shapes_pass_through_the_point() -> None:
    trainer = make_trainer("none")
    pair = largest_weights(trainer, 0)
    arrays = geometry_arrays(trainer, 0, pair, np.array([[0.1, 0.2], [0.0, 0.1]]), n_grid=21)
    now = np.concatenate([arrays["geometry_now_x"], arrays["geometry_now_y"]])
    assert arrays["geometry_x"][-1] >= 1.1 * max(np.abs(now).sum(), 0.2)  # everything is seen, on a round axis
    assert arrays["geometry_x"][-1] in [step * size for size in (0.1, 1.0) for step in FINE_STEPS]
    assert arrays["geometry_loss"].shape == (21, 21) and arrays["path"].shape == (2, 2)
    row, column = 4, 15
    point = np.array([[arrays["geometry_x"][column], arrays["geometry_y"][row]]])
    assert arrays["geometry_loss"][row, column] == pytest.approx(data_losses(trainer, 0, pair, point)[0])
    np.testing.assert_allclose(np.abs(arrays["diamond"]).sum(0), np.abs(now).sum())
    np.testing.assert_allclose(np.hypot(*arrays["circle"]), np.hypot(*now))
    np.testing.assert_allclose(diamond(1, -2), [[3, 0, -3, 0, 3], [0, 3, 0, -3, 0]])
    assert circle(3, 4)[0, 0] == 5


def test_update_rules_by_hand() -> None:
    update = Update(weight=0.05, gradient=0.2, step=0.1, l1=0.5, l2=1.0)
    assert update.plain == pytest.approx(0.03)  # 0.05 - 0.1·0.2
    assert update.after_l2 == pytest.approx(0.8 * 0.05 - 0.02)
    assert update.after_subgradient == pytest.approx(-0.02)
    assert update.after_proximal == 0
    large = Update(weight=-1.0, gradient=0.0, step=0.1, l1=0.5, l2=0.0)
    assert large.after_proximal == pytest.approx(-0.95)
    below = Update(weight=0.0, gradient=0.2, step=0.1, l1=0.5, l2=0.0)
    assert f"{below.after_proximal:g}" == "0"  # not -0


@pytest.mark.parametrize(
    ("rule", "numbers", "words"),
    [
        ("l2", {"l2": 1.0}, "takes away 20 % of the weight, never all of it"),
        ("l2", {"l2": 0.0}, "nothing shrinks"),
        ("l2", {"l2": 5.0}, "just 0"),
        ("l2", {"l2": 7.0}, "overshoots zero."),
        ("l2", {"l2": 20.0}, "overshoots zero ever further"),
        ("l1_subgradient", {"l1": 0.5}, "goes past zero"),
        ("l1_subgradient", {"l1": 0.1}, "would not stop at zero"),
        ("l1_subgradient", {"l1": 0.0}, "nothing is taken away"),
        ("l1_subgradient", {"l1": 0.1, "weight": 0.0}, "does not hold the weight"),
        ("l1_subgradient", {"l1": 0.5, "gradient": 0.0}, "by chance"),
        ("l1_proximal", {"l1": 0.5}, "exactly 0"),
        ("l1_proximal", {"l1": 0.1}, "does not reach zero yet, 0.02 is left"),
        ("l1_proximal", {"l1": 0.0}, "nothing is taken away"),
    ],
)
def test_what_is_said_of_a_rule_is_what_its_numbers_do(rule: str, numbers: dict[str, float], words: str) -> None:
    update = Update(**{"weight": 0.05, "gradient": 0.2, "step": 0.1, "l1": 0.0, "l2": 0.0, **numbers})
    assert words in update.sentences()[rule][1]


@pytest.mark.parametrize("variant", ["none", "l1_proximal"])
def test_before_adams_first_step_its_length_is_known_from_the_slope(variant: str) -> None:
    split = Split.from_arrays(X, Y, X, Y, task="regression")
    experiment = LINEAR.replace(data="sine", optimizer="adam", variants=(variant,), compare_l1=0.4)
    trainer = plan_compare(experiment, split).make_trainer()
    update = read_update(trainer, 0, PAIR[1])
    trainer.run_epoch()
    expected = update.plain if variant == "none" else update.after_proximal
    assert current_point(trainer, 0, PAIR)[1] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    "variant",
    [v for v in VARIANTS if v.key in ("none", "l1_proximal", "l1_subgradient", "l2")],
    ids=lambda variant: variant.key,
)
def test_the_rule_with_its_numbers_is_the_engines_next_step(variant: Variant) -> None:
    trainer = linear_trainer(variant.key, **({variant.setting: 0.4} if variant.setting else {}))
    update = read_update(trainer, 0, PAIR[1])
    trainer.run_epoch()
    expected = {"none": update.plain, "l2": update.after_l2, "l1_proximal": update.after_proximal}
    after = expected.get(variant.key, update.after_subgradient)
    assert current_point(trainer, 0, PAIR)[1] == pytest.approx(after, abs=1e-6)


def test_places_are_those_of_the_weights() -> None:
    trainer = make_trainer("none", "l1_proximal", "l2")
    for ref in (WeightRef(0, 1, 30), WeightRef(1, 31, 0), WeightRef(2, 5, 0)):
        expected = trainer.stack.weights[ref.layer][2, ref.source, ref.target]
        assert trainer.stack.parameters[2, place_of(trainer.stack, ref)] == expected
    with pytest.raises(ValueError, match="layer: expected 0 to 2"):
        place_of(trainer.stack, WeightRef(3, 0, 0))
    with pytest.raises(ValueError, match="weight: expected source below 2"):
        place_of(trainer.stack, WeightRef(0, 2, 0))
    assert WeightRef(0, 1, 2).label(["x", "y"]) == "y → unit 3 of layer 1"


@pytest.mark.parametrize(("n_inputs", "hidden_sizes"), [(1, (1,)), (1, ()), (1, (3,)), (2, (1,))])
def test_the_smallest_networks_have_two_weights_to_show(n_inputs: int, hidden_sizes: tuple[int, ...]) -> None:
    split = Split.from_arrays(X[:, :n_inputs], Y, X[:, :n_inputs], Y, task="regression")
    trainer = plan_compare(LINEAR.replace(data="sine", hidden_sizes=hidden_sizes), split).make_trainer()
    pair = largest_weights(trainer, 0)
    assert np.isfinite(geometry_arrays(trainer, 0, pair)["geometry_loss"]).all()
    assert (pair[0] != pair[1]) == (trainer.stack.n_weights > 1)


def test_a_negative_factor_stands_in_brackets() -> None:
    sentences = Update(weight=-1.0, gradient=-0.2, step=0.1, l1=0.1, l2=1.0).sentences()
    assert sentences["data"] == ("Data alone", "w - s·g = -1 - 0.1·(-0.2) = -0.98.")
    assert "0.8·(-1) - 0.1·(-0.2) = -0.78" in sentences["l2"][1]
    assert "-0.98 - 0.01·sign(-1) = -0.97" in sentences["l1_subgradient"][1]
