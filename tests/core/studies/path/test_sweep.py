"""The path against scikit-learn at every λ of a grid; warm against cold; stacks cut in two; what is read off it."""

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.linear_model import LogisticRegression, Ridge, enet_path, lasso_path
from sklearn.preprocessing import StandardScaler

from core import Experiment, Split, sweep, train
from core.studies.base.training import Training
from core.studies.base.values import default_values, elastic_net_terms, strengths_of
from core.studies.path.sweep import best_index, input_strengths, plan_path, sweep_learning_rates, weight_lines

LINEAR = Experiment(
    network={"hidden_sizes": []},
    training={"optimizer": "adam", "learning_rate": 0.05, "learning_rate_schedule": "cosine", "n_epochs": 1500},
)
SMALL = Experiment(
    data={"name": "diabetes", "n_train": 60},
    network={"hidden_sizes": [8, 8]},
    training={"batch_size": 10, "n_epochs": 34, "learning_rate": 0.003},
)
GRID = np.geomspace(3e-3, 3.0, 13)  # from all ten inputs in use to none


def linear_split(name):
    data = load_diabetes() if name == "diabetes" else load_breast_cancer()
    X = StandardScaler().fit_transform(data.data)
    y = (data.target - data.target.mean()) / data.target.std() if name == "diabetes" else data.target
    return Split.from_arrays(X, y, X[:20], y[:20], task="regression" if name == "diabetes" else "classification")


def path_of(split, name, values, experiment=LINEAR, **options):
    path = sweep(experiment, name, values, split=split, progress=False, dtype="float64", **options)
    return path.weights[0][:, :, 0]


def assert_same_path(ours, theirs):
    assert np.abs(ours - theirs).max() <= 1e-3 * np.abs(theirs).max()
    assert np.array_equal(ours == 0, theirs == 0)


def test_the_l1_path_is_the_lasso_path_with_its_zeros():
    split = linear_split("diabetes")
    # Theirs is sorted by falling alpha; their loss has a factor ½.
    _, theirs, _ = lasso_path(split.X_train, split.y_train, alphas=GRID / 2, tol=1e-12, max_iter=100_000)
    assert_same_path(path_of(split, "l1", GRID), theirs.T[::-1])


@pytest.mark.parametrize("share", [0.3, 0.8])
def test_the_elastic_path_is_enet_path_with_its_zeros(share):
    split = linear_split("diabetes")
    alphas = np.array([elastic_net_terms(value, share)[0] for value in GRID])
    ratio = elastic_net_terms(1.0, share)[1]
    _, theirs, _ = enet_path(split.X_train, split.y_train, l1_ratio=ratio, alphas=alphas, tol=1e-12, max_iter=100_000)
    assert_same_path(path_of(split, "elastic", GRID, l1_share=share), theirs.T[::-1])


def test_the_l2_path_is_ridge_at_every_value():
    split = linear_split("diabetes")
    n = len(split.y_train)
    theirs = np.stack([Ridge(alpha=v * n, tol=1e-12).fit(split.X_train, split.y_train).coef_ for v in GRID])
    assert_same_path(path_of(split, "l2", GRID), theirs)


def test_the_l2_path_on_classes_is_logistic_regression_for_three_c():
    split = linear_split("breast_cancer")
    n, values = len(split.y_train), [0.003, 0.03, 0.3]
    theirs = [
        LogisticRegression(C=1 / (2 * n * v), tol=1e-10, max_iter=10_000).fit(split.X_train, split.y_train).coef_[0]
        for v in values
    ]
    assert_same_path(path_of(split, "l2", values), np.stack(theirs))


def test_the_elastic_share_at_its_ends_is_l1_and_l2():
    assert strengths_of("elastic", [0.1, 1.0], 1.0) == {"l1": [0.1, 1.0], "l2": [0.0, 0.0]}
    assert strengths_of("elastic", [0.5, 1.0], 0.25) == {"l1": [0.125, 0.25], "l2": [0.375, 0.75]}


def test_a_warm_path_of_a_convex_problem_ends_where_the_cold_one_does():
    split = linear_split("diabetes")
    quick = LINEAR.replace(n_epochs=700)
    cold, warm = (path_of(split, "l1", GRID[::3], quick, start=start) for start in ("cold", "warm"))
    assert_same_path(warm, cold)


def at_shared_epochs(path, member, run):
    """Return whether a member of a path has the validation losses of a single run, which keeps more moments."""
    epochs, mine, other = np.intersect1d(path.history["epoch"], run.history["epoch"], return_indices=True)
    assert len(epochs) > 10
    return np.allclose(path.history["val_loss"][member, mine], run.history["val_loss"][other], atol=1e-5)


def test_a_warm_member_starts_where_its_larger_neighbour_ended():
    path = sweep(SMALL, "l2", [0.001, 0.1], progress=False, start="warm")
    larger = train(SMALL.replace(l2=0.1), progress=False)
    assert at_shared_epochs(path, 1, larger)
    assert path.history["train_loss"][0, 0] == larger.history["train_loss"][-1]


def test_a_warm_path_of_a_network_is_not_trapped_by_a_neighbour_without_weights():
    path = sweep(SMALL, "l1", [0.0, 10.0], progress=False, start="warm")
    assert all((w[1] == 0).all() for w in path.weights)
    cold = train(SMALL, progress=False)
    assert at_shared_epochs(path, 0, cold)


@pytest.mark.parametrize("memory_bytes", [1, 60_000])
def test_a_path_cut_into_stacks_gives_the_same_numbers(memory_bytes):
    values = [0.0, 0.001, 0.01, 0.1, 1.0]
    dropout = SMALL.replace(dropout_rate=0.2)
    whole = sweep(dropout, "l1", values, progress=False, dtype="float64")
    assert plan_path(dropout, "l1", values, memory_bytes=memory_bytes).n_stacks > 1
    cut = sweep(dropout, "l1", values, progress=False, memory_bytes=memory_bytes, dtype="float64")
    for ours, theirs in zip(cut.weights + cut.biases, whole.weights + whole.biases, strict=True):
        assert np.abs(ours - theirs).max() <= 1e-12
    for name, series in whole.history.items():
        assert np.allclose(cut.history[name], series, rtol=1e-10, atol=1e-12), name
    assert np.array_equal(cut.best_epoch, whole.best_epoch)
    assert cut.predict(np.zeros((3, 10))) == pytest.approx(whole.predict(np.zeros((3, 10))), abs=1e-12)


def test_members_that_have_not_begun_are_marked_and_the_first_stack_shows_at_once():
    training = Training(plan_path(SMALL, "l1", [0.0, 0.01, 0.1], memory_bytes=1))
    training.step()
    state = training.state()
    assert state.epoch.tolist() == [0, -1, -1]
    assert np.isfinite(state.val_loss).tolist() == [True, False, False]
    assert not state.is_diverged.any()
    assert np.isfinite(state.n_nonzero).tolist() == [True, False, False]


def test_a_diverged_member_is_marked_and_leaves_the_others_as_they_were():
    sgd = SMALL.replace(optimizer="sgd", learning_rate=0.01, n_epochs=60)
    path = sweep(sgd, "l2", [0.001, 0.01, 1e6, 0.1], progress=False)
    without = sweep(sgd, "l2", [0.001, 0.01, 0.0, 0.1], progress=False)
    assert path.state.is_diverged.tolist() == [False, False, True, False]
    others = [0, 1, 3]
    for ours, theirs in zip(path.weights, without.weights, strict=True):
        assert np.array_equal(ours[others], theirs[others])
    assert np.array_equal(path.history["val_loss"][others], without.history["val_loss"][others])
    assert at_shared_epochs(path, 1, train(sgd.replace(l2=0.01), progress=False))
    assert best_index(np.where(path.state.is_diverged, np.nan, path.state.val_loss)) in others


def test_learning_rates_times_values_are_the_runs_of_each_pair():
    grid = sweep_learning_rates(SMALL, "l2", [0.0, 0.1], [0.001, 0.01, 1e3], progress=False)
    assert grid.val_loss.shape == (3, 2)
    alone = train(SMALL.replace(learning_rate=0.01, l2=0.1), progress=False)
    assert grid.val_loss[1, 1] == pytest.approx(alone.history["val_loss"][-1], abs=1e-5)
    assert grid.best == (0.01, grid.values[np.nanargmin(grid.val_loss[1])])
    frame = grid.to_frame()
    assert frame.loc[3, ["learning_rate", "l2"]].tolist() == [0.01, 0.1]
    assert frame["val_loss"][3] == grid.val_loss[1, 1]


def test_weight_lines_are_single_weights_or_quantiles_by_numpy():
    small = sweep(SMALL.replace(hidden_sizes=(4,), n_epochs=2), "l1", [0.0, 0.1], progress=False)
    lines = weight_lines(small.state)
    assert lines.shape == (44, 2)
    assert np.array_equal(lines[:40], small.weights[0].reshape(2, 40).T)
    large = sweep(SMALL.replace(hidden_sizes=(20,), n_epochs=2), "l1", [0.0, 0.1], progress=False)
    lines = weight_lines(large.state)
    assert lines.shape == (6, 2)
    assert lines[4, 1] == pytest.approx(np.quantile(np.abs(large.weights[1][1]), 0.9))
    assert np.allclose(input_strengths(large.state), np.abs(large.weights[0]).sum(2).T)
    linear = sweep(SMALL.replace(hidden_sizes=(), n_epochs=2), "l1", [0.0, 0.1], progress=False)
    assert np.array_equal(input_strengths(linear.state), linear.weights[0][:, :, 0].T)


def test_counts_per_layer_are_those_of_the_weights():
    state = sweep(SMALL, "l1", [0.0, 0.01, 0.1], progress=False).state
    for layer, w in enumerate(state.weights):
        assert state.nonzero_per_layer[layer].tolist() == (w != 0).sum((1, 2)).tolist()
        assert state.large_per_layer[layer].tolist() == (np.abs(w) >= 1e-3).sum((1, 2)).tolist()
    assert state.n_nonzero.tolist() == state.nonzero_per_layer.sum(0).tolist()


def test_the_frame_has_the_last_epochs_numbers():
    path = sweep(SMALL.replace(n_epochs=2), "l1", [0.0, 0.1], progress=False)
    frame = path.to_frame()
    assert frame["l1"].tolist() == [0.0, 0.1]
    assert frame["val_loss"].tolist() == path.history["val_loss"][:, -1].tolist()
    assert frame["gap"][1] == path.history["val_loss"][1, -1] - path.history["train_loss"][1, -1]


def test_without_pandas_the_frame_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    path = sweep(SMALL.replace(n_epochs=1), "l1", [0.0], progress=False)
    with pytest.raises(ImportError, match="pip install pandas"):
        path.to_frame()


def test_the_default_grid_is_trained_whole():
    path = sweep(SMALL.replace(n_epochs=1), "l2", default_values(), progress=False)
    assert path.history["val_loss"].shape == (34, 2)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: sweep(SMALL, "l1", [0.1], start="hot"), "start: expected 'cold' or 'warm'"),
        (lambda: sweep(SMALL, "elastic", [0.1], l1_share=1.5), "l1_share: expected a number from 0"),
        (lambda: sweep(SMALL, "l1", np.linspace(0, 1, 10_000)), "at most 500, received 10,000"),
        (lambda: sweep(SMALL, "l1", [0.1], dtype="float16"), "dtype: expected"),
        (lambda: sweep_learning_rates(SMALL, "learning_rate", [0.1], [0.1]), "a strength to cross"),
        (lambda: sweep_learning_rates(SMALL, "l1", [0.1], [0.0]), "learning_rates: expected a number above 0"),
    ],
)
def test_bad_input_is_answered_in_words(call, words):
    with pytest.raises(ValueError, match=words):
        call()
