"""Every translated strength is run in the other library and gives our minimum, or is said not to."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier, MLPRegressor

from core import Experiment, Split, train
from core.measures.conventions import translate, translate_dropout, translate_network, translate_penalty
from core.settings.penalties import Case
from core.studies.playground.fit import make_trainer

RNG = np.random.default_rng(0)
N, D = 60, 4
X = RNG.normal(size=(N, D))
X = (X - X.mean(0)) / X.std(0)
Y = X @ np.array([1.0, -0.5, 0.2, 0.0]) + 0.5 * RNG.normal(size=N)
LABELS = (Y > 0).astype(int)
MODELS = {m.__name__: m for m in (ElasticNet, Lasso, LinearRegression, LogisticRegression, Ridge)}
STRENGTHS = [(0.0, 0.05), (0.1, 0.0), (0.1, 0.05), (0.0, 0.0)]


def ours(is_classification: bool, optimizer: str = "adam", **strengths: float) -> tuple[np.ndarray, float]:
    split = Split.from_arrays(X, LABELS if is_classification else Y, X, LABELS if is_classification else Y,
                              task="classification" if is_classification else "regression")  # fmt: skip
    experiment = Experiment(
        network={"hidden_sizes": []}, regularization=strengths,
        training={"optimizer": optimizer, "learning_rate": 0.05, "learning_rate_schedule": "cosine", "n_epochs": 2500},
    )  # fmt: skip
    run = train(experiment, split=split, progress=False, dtype="float64")
    return run.weights[0][:, 0], float(run.biases[0].squeeze())


def line(library: str, l1: float, l2: float, is_classification: bool = False, is_proximal: bool = True):  # type: ignore[no-untyped-def]
    lines = translate(l1, l2, N, is_classification, is_proximal=is_proximal)
    return next(t for t in lines if t.library == library)


def arguments(code: str) -> dict[str, float]:
    """Return the numbers of a translated call, as its reader would type them."""
    inside = code[code.index("(") + 1 : -1]
    pairs = [part.split("=") for part in inside.split(", ") if "=" in part]
    return {name: float(value) for name, value in pairs if '"' not in value and value != "np.inf"}


@pytest.mark.parametrize(("l1", "l2"), STRENGTHS)
@pytest.mark.parametrize("is_classification", [False, True])
def test_scikit_learn_finds_our_minimum(l1: float, l2: float, is_classification: bool) -> None:
    translated = line("scikit-learn", l1, l2, is_classification)
    model = MODELS[translated.code.split("(")[0]](**arguments(translated.code))
    if is_classification:
        model.set_params(tol=1e-8, max_iter=50_000, **({"solver": "saga"} if l1 else {}))
        if not l1 and not l2:
            model.set_params(C=np.inf)
    theirs = model.fit(X, LABELS if is_classification else Y).coef_.ravel()
    weights, _ = ours(is_classification, l1=l1, l2=l2)
    assert translated.is_exact
    assert np.abs(weights - theirs).max() <= 2e-3 * max(1.0, np.abs(theirs).max())


def train_linear(n_epochs: int, optimizer: str, learning_rate: float = 0.05, **strengths: object):  # type: ignore[no-untyped-def]
    """Train a linear model on the whole batch."""
    experiment = Experiment(
        network={"hidden_sizes": []}, regularization=strengths,
        training={"optimizer": optimizer, "learning_rate": learning_rate, "n_epochs": n_epochs},
    )  # fmt: skip
    split = Split.from_arrays(X, Y, X, Y, task="regression")
    return train(experiment, split=split, progress=False, dtype="float64")


def train_in_torch(kind: type[torch.optim.Optimizer], n_steps: int, code: str = "loss", **options: float) -> np.ndarray:
    """Return the weights (d, 1) of the same linear model after steps from the same start, biases in a group without decay.

    code: the loss as a reader of the table would write it.
    """
    start = train_linear(1, "sgd", 1e-12)
    weight = torch.tensor(start.weights[0].copy(), requires_grad=True)
    bias = torch.tensor(start.biases[0].copy(), requires_grad=True)
    stepper = kind([{"params": [weight]}, {"params": [bias], "weight_decay": 0.0}], lr=0.05, **options)  # type: ignore[call-arg]
    for _ in range(n_steps):
        stepper.zero_grad()
        loss = ((torch.tensor(X) @ weight + bias - torch.tensor(Y)[:, None]) ** 2).mean()
        eval(code, {"loss": loss, "weights": [weight], "sum": sum}).backward()
        stepper.step()
    return weight.detach().numpy()


KINDS = {"torch SGD": torch.optim.SGD, "torch Adam": torch.optim.Adam, "torch AdamW": torch.optim.AdamW}


@pytest.mark.parametrize("library", KINDS)
def test_torch_steps_as_we_do_where_it_is_said_to(library: str) -> None:
    """Twenty full-batch steps from our own start."""
    translated = line(library, 0.0, 0.2)
    theirs = train_in_torch(KINDS[library], 20, **arguments(translated.code))
    ours_after = train_linear(20, "sgd" if "SGD" in library else "adam", l2=0.2).weights[0]
    assert (np.abs(theirs - ours_after).max() < 1e-6) == translated.is_exact
    assert "decoupled" in translated.note if library == "torch AdamW" else "biases too" in translated.note


def test_adamw_shrinks_as_fast_as_our_l2_under_plain_descent() -> None:
    """With no slope of the data, one step of AdamW is w·(1 - lr·weight_decay) = w·(1 - 2·lr·l2), our factor."""
    weight = torch.tensor([2.0], requires_grad=True)
    stepper = torch.optim.AdamW([weight], lr=0.1, **arguments(line("torch AdamW", 0.0, 0.5).code))
    (0.0 * weight).sum().backward()
    stepper.step()
    assert weight.item() == pytest.approx(2.0 * (1 - 2 * 0.1 * 0.5))


@pytest.mark.parametrize("l2", [0.0, 0.02])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("is_proximal", [True, False])
def test_l1_by_hand_in_torch_steps_as_our_subgradient_and_not_as_our_proximal_step(
    l2: float, optimizer: str, is_proximal: bool
) -> None:
    translated = line("torch SGD, Adam", 0.3, l2, is_proximal=is_proximal)
    theirs = train_in_torch(KINDS["torch SGD" if optimizer == "sgd" else "torch Adam"], 200, translated.code)
    method = "proximal" if is_proximal else "subgradient"
    ours_after = train_linear(200, optimizer, l1=0.3, l2=l2, l1_method=method).weights[0]
    assert (np.abs(theirs - ours_after).max() < 1e-6) == translated.is_exact == (not is_proximal)
    assert (ours_after == 0).any() == is_proximal and (theirs != 0).all()
    assert ("not exactly onto" in translated.note) == is_proximal
    assert ("weight_decay=0.04" in translated.note) == bool(l2)


def test_torch_decays_biases_when_they_are_not_set_apart() -> None:
    bias = torch.tensor([1.0], requires_grad=True)
    stepper = torch.optim.SGD([bias], lr=0.1, **arguments(line("torch SGD", 0.0, 0.5).code))
    (0.0 * bias).sum().backward()
    stepper.step()
    assert bias.item() == pytest.approx(0.9)


def test_keras_by_its_formula() -> None:
    """`keras.regularizers.L1L2` is l1·Σ|w| + l2·Σw²; at w = (1, -2) with 0.1 and 0.01: 0.3 + 0.05."""
    translated = line("Keras", 0.1, 0.01)
    k = arguments(translated.code.removeprefix("kernel_regularizer="))
    w = np.array([1.0, -2.0])
    assert k["l1"] * np.abs(w).sum() + k["l2"] * (w**2).sum() == pytest.approx(0.35)
    assert not translated.is_exact and "val_loss" in translated.note and "subgradient" in translated.note
    assert line("Keras", 0.0, 0.01).is_exact and line("Keras", 0.1, 0.0, is_proximal=False).is_exact


def test_adamw_without_decay_is_adam_and_its_default_is_not_zero() -> None:
    translated = line("torch AdamW", 0.0, 0.0)
    assert translated.is_exact and "0.01" in translated.note
    assert torch.optim.AdamW([torch.zeros(1)]).defaults["weight_decay"] == 0.01


def test_older_versions_of_scikit_learn_need_one_word_more() -> None:
    assert "elasticnet" in line("scikit-learn", 0.1, 0.0, is_classification=True).note
    assert "elasticnet" not in line("scikit-learn", 0.0, 0.1, is_classification=True).note


SIZES = (D, 5, 3, 1)
NETWORKS = {m.__name__: m for m in (MLPClassifier, MLPRegressor)}


def start_weights() -> list[np.ndarray]:
    """Return the weights, then the biases, of a network of `SIZES`."""
    rng = np.random.default_rng(3)
    weights = [rng.normal(size=shape) for shape in pairwise(SIZES)]
    return weights + [rng.normal(size=n) for n in SIZES[1:]]


def step_by_autograd(rows: slice, activation: str, l2: float, rate: float, is_classification: bool) -> list[np.ndarray]:
    """Return the parameters after one step down our objective on some rows: mean loss + l2·Σw²."""
    parameters = [torch.tensor(values, requires_grad=True) for values in start_weights()]
    weights, biases = parameters[: len(SIZES) - 1], parameters[len(SIZES) - 1 :]
    outputs = torch.tensor(X[rows])
    for w, b in zip(weights[:-1], biases[:-1], strict=True):
        outputs = getattr(torch, activation)(outputs @ w + b)
    outputs = (outputs @ weights[-1] + biases[-1])[:, 0]
    targets = torch.tensor((LABELS if is_classification else Y)[rows], dtype=torch.float64)
    loss_of = (
        torch.nn.functional.binary_cross_entropy_with_logits if is_classification else torch.nn.functional.mse_loss
    )
    (loss_of(outputs, targets) + l2 * sum(w.square().sum() for w in weights)).backward()
    return [(p - rate * p.grad).detach().numpy() for p in parameters]


@pytest.mark.parametrize("is_classification", [True, False])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("batch_size", [None, 20])
def test_scikit_learn_s_networks_step_as_our_objective_does(
    is_classification: bool, activation: str, batch_size: int | None
) -> None:
    translated, rate = translate_network(0.0, 0.3, N, batch_size, is_classification), 0.1
    rows, y = slice(batch_size or N), LABELS if is_classification else Y
    numbers = arguments(translated.code)
    model = NETWORKS[translated.code.split("(")[0]](
        hidden_layer_sizes=SIZES[1:-1], activation=activation, solver="sgd", momentum=0.0, alpha=numbers["alpha"],
        batch_size=int(numbers["batch_size"]), learning_rate_init=rate if is_classification else 2 * rate,
    )  # fmt: skip
    model.partial_fit(X[rows], y[rows], **({"classes": [0, 1]} if is_classification else {}))
    start = start_weights()
    model.coefs_, model.intercepts_ = start[: len(SIZES) - 1], start[len(SIZES) - 1 :]
    model.partial_fit(X[rows], y[rows])
    expected = step_by_autograd(rows, activation, 0.3, rate, is_classification)
    assert translated.is_exact and ("twice the learning rate" in translated.note) == (not is_classification)
    for theirs, ours_after in zip(model.coefs_ + model.intercepts_, expected, strict=True):
        np.testing.assert_allclose(theirs, ours_after, atol=1e-6)


def test_what_differs_in_scikit_learn_s_networks_is_said() -> None:
    odd = translate_network(0.0, 0.3, N, 25, True)
    assert not odd.is_exact and "smaller" in odd.note
    assert translate_network(0.0, 0.3, N, 10 * N, True).code == f"MLPClassifier(alpha=36, batch_size={N})"
    both = translate_network(0.1, 0.3, N, None, False)
    assert not both.is_exact and "no option for L1" in both.note
    none = translate_network(0.0, 0.0, N, 25, True)
    assert none.is_exact and "alpha=0," in none.code and "not 0" in none.note
    assert MLPClassifier().alpha == MLPRegressor().alpha == 0.0001


def test_the_activity_penalty_as_torch_would_write_it_is_ours() -> None:
    experiment = Experiment(network={"hidden_sizes": [5, 3]}, regularization={"activity_l2": 0.02})
    trainer = make_trainer(experiment, Split.from_arrays(X, Y, X, Y, task="regression"))
    signal, hidden = torch.tensor(X, dtype=torch.float32), []
    for w, b in zip(trainer.stack.weights[:-1], trainer.stack.biases[:-1], strict=True):
        signal = torch.tanh(signal @ w[0] + b[0])
        hidden.append(signal)
    translated = translate_penalty("activity_l2", 0.02, Case())[1]
    penalty = eval(translated.code, {"loss": 0.0, "hidden": hidden, "batch": X, "sum": sum, "len": len})
    assert translated.is_exact and float(penalty) == pytest.approx(float(trainer.measure().penalty[0]), rel=1e-5)


def test_dropout_in_torch_scales_what_is_kept_as_ours_does() -> None:
    translated = translate_dropout(0.3)[1]
    p = arguments(translated.code)["p"]
    kept = torch.nn.Dropout(p)(torch.ones(2000)).unique()
    trainer = make_trainer(
        Experiment(network={"hidden_sizes": [500]}, regularization={"dropout_rate": 0.3}, training={"batch_size": 10}),
        Split.from_arrays(X, Y, X, Y, task="regression"),
    )
    trainer.step()
    mask = trainer.blocks[0].draw_dropout([torch.rand(1, 500, 10)]).masks[0].unique()
    torch.testing.assert_close(mask, kept)
    assert torch.nn.Dropout(p).eval()(torch.ones(3)).tolist() == [1, 1, 1]


@pytest.mark.parametrize(("l1", "l2"), [(-0.1, 0.0), (0.0, float("nan"))])
def test_bad_strengths_are_explained(l1: float, l2: float) -> None:
    with pytest.raises(ValueError, match="expected a number of at least 0, received"):
        translate(l1, l2, N, False)


def test_adamw_says_that_l1_is_missing_beside_an_l2_too():
    assert "L1 has to be added" in line("torch AdamW", 0.1, 0.5).note
    assert "L1" not in line("torch AdamW", 0.0, 0.5).note
