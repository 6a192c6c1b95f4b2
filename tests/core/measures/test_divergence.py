"""What is hopeless is relative to the start and to the data, and every road says the same of a run."""

import numpy as np
import pytest

from core import Experiment, Split, cross_validate, sweep, train
from core.measures.divergence import hopeless_loss, is_hopeless, is_judged
from core.measures.verdict import Reach, judge
from core.studies.base import parallel
from core.studies.base.parallel import train_to_the_end
from core.studies.base.training import Training
from core.studies.cv.cross_validation import plan_cross_validation
from core.studies.playground.fit import make_training
from core.studies.remedies.remedy import Remedy, plan_remedies
from core.studies.remedies.run import RemedyRun

LINEAR = Experiment(network={"hidden_sizes": []}, training={"n_epochs": 40})
rng = np.random.default_rng(0)
X = rng.normal(size=(24, 3))
SIGNAL = X @ np.array([1.0, -2.0, 0.5]) + 0.1 * rng.normal(size=24)


def own(y, X=X):
    return Split.from_arrays(X[:16], y[:16], X[16:], y[16:], task="regression")


def test_the_limit_by_hand():
    assert hopeless_loss([0.5, 2.0, np.nan], 0.3).tolist() == [1e8, 2e8, 1e8]
    assert hopeless_loss(4e8, 4e8) == 4e16
    assert is_hopeless([1.0, 1e8, np.inf, np.nan], 1e8).tolist() == [False, True, True, True]
    assert [epoch for epoch in range(70) if is_judged(epoch)] == [1, 2, 4, 8, 16, 32, 64]


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_house_prices_begin_at_a_large_loss_and_train_on(optimizer):
    split = Split.from_arrays([[0], [1]], [20000, 20001], [[0], [1]], [20000, 20001], task="regression")
    run = train(LINEAR.replace(optimizer=optimizer, learning_rate=0.1, n_epochs=400), split=split, progress=False)
    loss = run.history["val_loss"]
    assert loss[0] == pytest.approx(4e8, rel=1e-3) and np.isfinite(loss).all() and loss[-1] < loss[0]
    assert optimizer == "adam" or loss[-1] < 1  # descent on a parabola is there soon; Adam walks .1 a step


@pytest.mark.parametrize("offset, scale", [(20_000, 1e6), (0, 1e6), (0, 1.0), (0, 1e-6), (1e-6, 1e-6)])
@pytest.mark.parametrize("is_wild", [False, True])
def test_divergence_is_caught_in_any_unit_and_learning_is_not(offset, scale, is_wild):
    split = own(offset + scale * SIGNAL)
    experiment = LINEAR.replace(optimizer="sgd", learning_rate=3.0 if is_wild else 0.1, n_epochs=400)
    run = train(experiment, split=split, progress=False)
    path = sweep(experiment, "l2", [0.0], split=split, progress=False)
    cv = cross_validate(experiment, "l2", [0.0], 3, split=split, progress=False)
    assert np.isnan(run.history["train_loss"][-1]) == path.state.is_diverged[0] == is_wild
    assert np.isnan(cv.val_loss).all() == is_wild and cv.n_diverged[0] == 3 * is_wild
    if not is_wild:
        assert run.history["train_loss"][-1] < 0.1 * scale**2


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_small_data_under_adam_are_no_divergence(scale):
    run = train(LINEAR.replace(learning_rate=0.01), split=own(scale * SIGNAL, scale * X), progress=False)
    assert np.isfinite(run.history["train_loss"]).all()


@pytest.mark.parametrize(
    "data, network",
    [
        ({"name": "sine"}, {"hidden_sizes": [8], "activation": "linear"}),
        ({"name": "diabetes", "n_train": 60}, {"hidden_sizes": []}),
        ({"name": "moons", "noise_std": 0.2}, {"hidden_sizes": [8], "activation": "relu"}),
        ({"name": "digits", "n_train": 60}, {"hidden_sizes": []}),
        ({"name": "informative_regression"}, {"hidden_sizes": [8], "activation": "leaky_relu"}),
    ],
)
def test_a_learning_rate_far_too_large_is_caught_on_every_task(data, network):
    experiment = Experiment(data=data, network=network, training={"optimizer": "sgd", "loss": "mse", "n_epochs": 300})
    assert np.isnan(train(experiment.replace(learning_rate=100.0), progress=False).history["val_loss"][-1])
    assert np.isfinite(train(experiment.replace(learning_rate=0.001), progress=False).history["val_loss"]).all()


# Adam at a rate of 30 throws the weights of some members far out, and the schedule brings two of them back to the data.
WANDERING = LINEAR.replace(optimizer="adam", learning_rate_schedule="cosine", hidden_sizes=(8,), activation="linear")


@pytest.mark.parametrize("rate", [0.01, 3.0, 30.0, 100.0])
def test_a_run_that_is_looked_at_often_and_one_asked_for_its_end_agree(rate):
    experiment = WANDERING.replace(learning_rate=rate, n_epochs=1000)
    plan = plan_cross_validation(experiment, "l2", [0.0, 0.1], 3, split=own(SIGNAL))
    often = Training(plan)
    often.run()
    ends = train_to_the_end(plan, n_processes=1)
    assert np.array_equal(often.state().is_diverged, ends.is_diverged)
    assert np.array_equal(often.state().parameters[~ends.is_diverged], ends.parameters[~ends.is_diverged])


def test_a_look_in_between_decides_nothing():
    """A hand that pauses looks at epochs that nobody else looks at: a loss that is too high for a moment is no end."""
    training = make_training(LINEAR.replace(n_epochs=12), own(SIGNAL))
    for _ in range(3):
        training.run_epoch()
    training.loss_limit = np.full(1, 1e-9)  # all is hopeless from here on
    training.record()
    assert training.history.epochs[-1] == 3 and not training.is_diverged
    training.run_epoch()
    assert training.history.epochs[-1] == 4 and training.is_diverged and training.is_done


def test_ends_have_few_records():
    seen = []

    class Noted(parallel.Ends):
        def add(self, trainer):
            seen.append(trainer.n_epochs_done)
            super().add(trainer)

    plan = plan_cross_validation(LINEAR, "l2", [0.0], 3, split=own(SIGNAL))
    Training(plan, lambda _: Noted()).run()
    assert seen == [0, 1, 2, 4, 8, 16, 32, 40]


def test_the_verdict_goes_by_the_start_and_the_data():
    def kind(train_loss, start, constant):
        limit = float(hopeless_loss(start, constant))
        return judge(train_loss, train_loss, Reach(0.1, "what others reach"), constant, 3.0, 9, limit).kind

    assert kind(3e8, 4e8, 0.25) != "diverged" and kind(1e9, 1.0, 1.0) == "diverged"
    assert kind(1e17, 4e8, 0.25) == "diverged"


def test_a_remedy_beyond_hope_has_no_numbers():
    remedy, fine = Remedy("l2", "L2", "", l2=1e3), Remedy("none", "Nothing", "")
    experiment = Experiment(
        data={"name": "diabetes", "n_train": 40}, network={"hidden_sizes": []},
        training={"optimizer": "sgd", "learning_rate": 0.05, "n_epochs": 6},
    )  # fmt: skip
    run = RemedyRun(plan_remedies(experiment, [remedy, fine], 2))
    run.advance(60.0)
    lost, kept = run.rows()
    assert np.isnan(lost.train_loss).all() and np.isnan(lost.val_loss).all() and np.isfinite(kept.train_loss).all()
    tests = run.look_at_test()
    assert np.isnan(tests[0]).all() and np.isfinite(tests[1]).all()
