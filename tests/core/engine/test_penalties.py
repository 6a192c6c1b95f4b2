"""The penalties against oracles: AdamW step by step, MultiTaskLasso, groups by hand, the registry and the engine of one mind."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from sklearn.linear_model import MultiTaskLasso

from core import Experiment, Split, sweep, train
from core.data import load_split
from core.engine.penalties import PROXIMAL, SLOPES, VALUES, block_soft_threshold, soft_threshold
from core.settings.experiment import CHOICE_LABELS, LIVE_FIELDS, RegularizationConfig, choices_of, label_of
from core.settings.penalties import CHOICES, PENALTIES, Case, sets_to_zero
from core.studies.base.training import Training
from core.studies.path.sweep import plan_path
from core.studies.playground.fit import make_training

BASE = Experiment(
    data={"name": "moons", "n_train": 40}, network={"hidden_sizes": (7, 5)},
    training={"n_epochs": 60, "batch_size": 16, "learning_rate": 0.01},
)  # fmt: skip
TABLE = Experiment(
    data={"name": "wine", "n_train": 60}, network={"hidden_sizes": ()},
    training={"loss": "mse", "learning_rate": 0.05, "learning_rate_schedule": "cosine", "n_epochs": 3000},
)  # fmt: skip


def test_every_penalty_has_its_setting_and_its_functions():
    assert set(PENALTIES) | {"dropout_rate", "learning_rate"} == set(LIVE_FIELDS)
    assert set(PENALTIES) <= set(RegularizationConfig.model_fields)
    assert set(choices_of("variants")) == set(CHOICES) | {"none", "elastic_net", "dropout"}
    for name, penalty in PENALTIES.items():
        assert label_of(name) == penalty.label and CHOICE_LABELS[name] == penalty.short
        assert (name in PROXIMAL) == (penalty.action == "proximal")
        assert (name in VALUES) == (penalty.action in ("gradient", "proximal"))
        assert bool(penalty.term("λ", "")) == (penalty.action != "decoupled")
        assert all(label_of(choice.setting) == choice.label for choice in penalty.choices)
        assert penalty.elsewhere is None or penalty.elsewhere(0.1, Case())
    assert {name for name, p in PENALTIES.items() if p.action == "gradient"} <= {*SLOPES, "l2"}
    assert [name for name in PENALTIES if sets_to_zero(name)] == ["l1", "group_l1"]
    assert not sets_to_zero("l1", is_l1_proximal=False) and not sets_to_zero("elastic")
    styles = [penalty.style for penalty in PENALTIES.values()]
    assert all(len({style[i] for style in styles}) == len(styles) for i in (0, 2))


@pytest.mark.parametrize("name", VALUES)
def test_the_term_of_every_penalty_is_in_the_history(name):
    run = train(BASE.replace(n_epochs=3, **{name: 0.01}))
    weights = [torch.as_tensor(w) for w in run.weights]  # (fan_in, fan_out)
    together = torch.cat([w.flatten() for w in weights])[None]
    value = VALUES[name](weights[0].T[None] if PENALTIES[name].acts_on == "inputs" else together)
    assert run.history["penalty"][-1] == pytest.approx(0.01 * value.item(), rel=1e-4) and value > 0.1


def test_weight_decay_is_adamw_step_by_step():
    experiment = BASE.replace(batch_size=None, weight_decay=0.3)
    split = load_split(experiment.data, np.float64)
    ours = make_training(experiment, split, "float64")
    stack = ours.trainer.stack
    sizes = [2, 7, 5, 1]
    layers = [torch.nn.Linear(a, b, dtype=torch.float64) for a, b in pairwise(sizes)]
    with torch.no_grad():
        for layer, w, b in zip(layers, stack.weights, stack.biases, strict=True):
            layer.weight.copy_(w[0].T), layer.bias.copy_(b[0, 0])
    weights, biases = [layer.weight for layer in layers], [layer.bias for layer in layers]
    groups = [{"params": weights, "weight_decay": 0.3}, {"params": biases, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=0.01)
    X, y = torch.as_tensor(split.X_train), torch.as_tensor(split.y_train, dtype=torch.float64)
    for _ in range(60):
        ours.step()
        optimizer.zero_grad()
        h = torch.tanh(layers[1](torch.tanh(layers[0](X))))
        torch.nn.functional.binary_cross_entropy_with_logits(layers[2](h)[:, 0], y).backward()
        optimizer.step()
        for layer, w, b in zip(layers, stack.weights, stack.biases, strict=True):
            torch.testing.assert_close(w[0].T, layer.weight.detach(), rtol=0, atol=1e-11)
            torch.testing.assert_close(b[0, 0], layer.bias.detach(), rtol=0, atol=1e-11)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_weight_decay_shrinks_by_the_learning_rate_alone_before_the_step(optimizer):
    """One step from the same start: the weights differ by lr·wd·w, the biases not at all."""
    experiment = BASE.replace(optimizer=optimizer, momentum=0.9, batch_size=None, n_epochs=1)
    plain, decayed = (train(experiment.replace(weight_decay=wd), progress=False, dtype="float64") for wd in (0.0, 2.0))
    start = make_training(BASE, load_split(BASE.data, np.float64), "float64").trainer.stack
    for before, a, b in zip(start.weights, plain.weights, decayed.weights, strict=True):
        np.testing.assert_allclose(a - b, 0.01 * 2.0 * before[0].numpy(), rtol=1e-9)
    for a, b in zip(plain.biases, decayed.biases, strict=True):
        np.testing.assert_array_equal(a, b)


def test_weight_decay_is_no_term_of_the_objective_and_leaves_the_output_layer_alone_on_demand():
    run = train(BASE.replace(weight_decay=0.5, n_epochs=3), progress=False)
    assert (run.history["penalty"] == 0).all()
    np.testing.assert_array_equal(run.history["objective"], run.history["train_loss"])
    runs = [
        train(BASE.replace(weight_decay=wd, penalize_output=False, batch_size=None, n_epochs=1), progress=False)
        for wd in (0.0, 0.5)
    ]
    np.testing.assert_array_equal(runs[0].weights[-1], runs[1].weights[-1])
    assert (runs[0].weights[0] != runs[1].weights[0]).any()


def test_weight_decay_and_l2_differ_under_adam_and_agree_under_plain_sgd():
    for optimizer, are_alike in (("adam", False), ("sgd", True)):
        l2, decay = (
            train(BASE.replace(optimizer=optimizer, n_epochs=30, **strength), progress=False, dtype="float64").weights[
                0
            ]
            for strength in ({"l2": 0.05}, {"weight_decay": 0.1})
        )
        assert np.allclose(l2, decay, rtol=0, atol=1e-10) == are_alike


def test_a_group_of_two_by_hand():
    links = torch.tensor([[[3.0, 0.6], [4.0, 0.8]]])  # inputs (3, 4) and (0.6, 0.8)
    block_soft_threshold(links, torch.tensor([[[1.0]]]))
    torch.testing.assert_close(links, torch.tensor([[[2.4, 0.0], [3.2, 0.0]]]))
    # With step lengths d = (1, 2), λ = 1 and a norm of 1 afterwards: w = (0.6, 0.8) comes from v_i = w_i·(1 + d_i).
    links = torch.tensor([[[1.2], [2.4]]], dtype=torch.float64)
    block_soft_threshold(links, torch.tensor([[[1.0], [2.0]]], dtype=torch.float64))
    np.testing.assert_allclose(links[0, :, 0], [0.6, 0.8], rtol=1e-12)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_group_lands_where_its_slopes_cancel(dtype):
    """(w - v)/d + λ·w/‖w‖ = 0, or w = 0 where ‖v/d‖ ≤ λ; step lengths over twelve decades, as Adam has them."""
    generator = torch.Generator().manual_seed(0)
    v = torch.randn(4, 9, 50, generator=generator, dtype=dtype) * 10 ** torch.empty(4, 1, 50, dtype=dtype).uniform_(
        -4, 1, generator=generator
    )
    d = 10 ** torch.empty(4, 9, 50, dtype=dtype).uniform_(-6, 6, generator=generator)
    strength = torch.tensor([0.0, 1e-3, 0.1, 10.0], dtype=dtype)[:, None, None]
    w = v.clone()
    block_soft_threshold(w, strength * d)
    norm = torch.linalg.vector_norm(w, 2, dim=1, keepdim=True)
    is_out = torch.linalg.vector_norm(v / d, 2, dim=1, keepdim=True) <= strength
    assert ((norm == 0) == is_out).all() and is_out.any() and not is_out.all()
    slopes = (w - v) / d + strength * w / norm.clamp_min(1e-30)
    scale = (v / d).abs() + strength
    error = (slopes / scale).abs().masked_fill(is_out, 0).max().item()
    assert error < (1e-4 if dtype == torch.float32 else 1e-12)
    assert torch.equal(w[0], v[0])  # no strength changes nothing, not a bit


@pytest.mark.parametrize("size", [1e-25, 1e-18, 1e-12])
def test_groups_of_the_smallest_numbers_land_on_zero_or_stay(size):
    links = torch.full((1, 3, 2), size)
    threshold = torch.full((1, 3, 2), 1e-6) * torch.tensor([1.0, 0.0])
    block_soft_threshold(links, threshold)
    assert (links[..., 0] == 0).all() and (links[..., 1] == torch.tensor(size)).all()


def test_what_is_not_a_number_stays_so():
    links = torch.full((1, 3, 2), float("nan"))
    block_soft_threshold(links, torch.ones(1, 3, 2))
    assert links.isnan().all()
    zeros = torch.zeros(1, 3, 2)
    block_soft_threshold(zeros, torch.zeros(1, 3, 2))
    assert (zeros == 0).all()


def test_groups_of_one_are_l1():
    links = torch.randn(2, 1, 6, generator=torch.Generator().manual_seed(0))
    one, other = links.clone(), links[:, 0].clone()
    block_soft_threshold(one, torch.full((2, 1, 1), 0.3))
    soft_threshold(other, torch.full((2, 1), 0.3))
    assert torch.equal(one[:, 0], other)
    experiment = Experiment(
        data={"name": "diabetes", "n_train": 100}, network={"hidden_sizes": ()}, training={"n_epochs": 200}
    )
    group, l1 = (
        train(experiment.replace(**{name: 0.1}), progress=False, dtype="float64") for name in ("group_l1", "l1")
    )
    np.testing.assert_array_equal(group.weights[0], l1.weights[0])
    np.testing.assert_allclose(group.history["penalty"], l1.history["penalty"], rtol=1e-6)


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
@pytest.mark.parametrize("strength", [0.05, 0.2])
def test_without_hidden_layers_it_is_the_multi_task_lasso(optimizer, strength):
    experiment = TABLE.replace(group_l1=strength, optimizer=optimizer)
    split = load_split(experiment.data, np.float64)
    run = train(experiment, split=split, progress=False, dtype="float64")
    one_hot = np.eye(3)[split.y_train.astype(int)]
    theirs = MultiTaskLasso(alpha=strength / 2, tol=1e-10, max_iter=100_000).fit(split.X_train, one_hot).coef_.T
    assert np.abs(run.weights[0] - theirs).max() < 1e-3 * np.abs(theirs).max()
    is_out = (theirs == 0).all(1)
    np.testing.assert_array_equal((run.weights[0] == 0).all(1), is_out)
    assert is_out.any() and not is_out.all()
    value = strength * np.linalg.norm(run.weights[0], axis=1).sum()
    assert run.history["penalty"][-1] == pytest.approx(value, rel=1e-6)


def test_whole_inputs_go_in_a_network_with_hidden_layers_where_l1_leaves_single_links():
    """Most links are exactly zero with both: with group L1 they are those of whole inputs, with L1 of none."""
    experiment = Experiment(
        data={"name": "informative_regression", "n_train": 200, "n_informative": 3, "noise_std": 0.5},
        network={"hidden_sizes": (16,)},
        training={"learning_rate": 0.01, "learning_rate_schedule": "cosine", "n_epochs": 400},
    )
    for name, strength, n_out in (("group_l1", 0.3, 16), ("l1", 0.01, 0)):
        is_zero = train(experiment.replace(**{name: strength}), progress=False).weights[0] == 0
        assert is_zero.mean() > 0.6 and is_zero.all(1).sum() == n_out
        assert (is_zero.any(1) == is_zero.all(1)).all() == (name == "group_l1")


@pytest.mark.parametrize("n_units", [1, 5, 16])
@pytest.mark.parametrize("is_shared", [True, False])
def test_a_member_of_a_stack_moves_as_it_would_alone_bit_for_bit(n_units, is_shared):
    generator = torch.Generator().manual_seed(2)
    links = torch.randn(6, n_units, 13, generator=generator)
    threshold = torch.rand(6, *((1, 1) if is_shared else (n_units, 13)), generator=generator)
    threshold *= 10 ** torch.arange(-4.0, 2)[:, None, None]
    whole = links.clone()
    block_soft_threshold(whole, threshold)
    for m in range(6):
        alone = links[m : m + 1].clone()
        block_soft_threshold(alone, threshold[m : m + 1])
        assert torch.equal(whole[m : m + 1], alone)


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
@pytest.mark.parametrize("name", ["weight_decay", "group_l1"])
def test_a_member_of_a_stack_is_the_same_run_alone(name, optimizer):
    experiment = BASE.replace(optimizer=optimizer, momentum=0.5, learning_rate_schedule="cosine")
    values = [0.0, 0.01, 0.1, 1.0]
    path = sweep(experiment, name, values, progress=False, dtype="float64")
    for i, value in enumerate(values):
        alone = train(experiment.replace(**{name: value}), progress=False, dtype="float64")
        for together, own in zip(path.weights, alone.weights, strict=True):
            np.testing.assert_allclose(together[i], own, rtol=0, atol=1e-12)
            np.testing.assert_array_equal(together[i] == 0, own == 0)


def test_group_l1_has_nothing_to_do_where_the_first_layer_is_not_penalised():
    linear = BASE.replace(hidden_sizes=(), penalize_output=False)
    plain, penalised = (train(linear.replace(group_l1=v), progress=False) for v in (0.0, 1.0))
    np.testing.assert_array_equal(plain.weights[0], penalised.weights[0])
    assert (penalised.history["penalty"] == 0).all()
    hidden = train(BASE.replace(penalize_output=False, group_l1=1.0), progress=False)
    assert (hidden.weights[0] == 0).all()


@pytest.mark.parametrize("name", ["weight_decay", "group_l1"])
def test_a_strength_that_is_moved_on_the_way_acts_from_the_next_step(name):
    moved = train(BASE, progress=False, changes=[{"step": 30, "name": name, "value": 0.1}])
    training = Training(plan_path(BASE, name, [0.0]))
    for step in range(60 * training.trainer.order.n_batches):
        if step == 30:
            training.set(name, 0.1)
        training.step()
    np.testing.assert_array_equal(moved.weights[0], training.trainer.stack.weights[0][0].numpy())


def test_an_input_that_is_out_can_come_back():
    split = Split.from_arrays(np.eye(4), np.arange(4.0), np.eye(4), np.arange(4.0), task="regression")
    experiment = Experiment(network={"hidden_sizes": (6,)}, training={"n_epochs": 300})
    changes = [{"step": 150, "name": "group_l1", "value": 0.0}]
    run = train(experiment.replace(group_l1=5.0), split=split, progress=False, changes=changes)
    assert run.history["n_zero"].max() == 24 and run.history["n_zero"][-1] < 24
