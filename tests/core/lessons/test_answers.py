"""What the answers claim, measured."""

import numpy as np
import pytest

from core import sweep
from core.lessons.answers import ANSWERS, DECAY, PLENTY, WRONG_LABELS
from core.lessons.measuring import MAKERS
from core.lessons.record import Record
from core.presets import DIGITS
from core.settings.experiment import Experiment
from core.stream.commands import Run
from core.studies.base.values import grid_of


def trained(study: str, experiment: Experiment) -> Record:
    run = MAKERS[study](experiment)
    run.obey(Run())
    while run.state == "running":
        run.train_for(0.05)
    return Record.of(run.snapshot())


def test_the_validation_loss_falls_with_lambda_before_it_rises() -> None:
    values = grid_of(ANSWERS["val_loss"].experiment)[::4]
    loss = sweep(ANSWERS["val_loss"].experiment, "l2", values).history["val_loss"][:, -1]
    best = int(loss.argmin())
    assert 0 < best < len(values) - 1 and loss[best] < 0.5 * loss[0] and loss[best] < 0.5 * loss[-1]


@pytest.mark.parametrize("seed", range(4))
def test_with_plenty_of_points_and_no_noise_zero_is_best_of_those_that_the_page_shows(seed: int) -> None:
    record = trained("path", PLENTY.replace(seed=seed, data_seed=seed))
    loss = record.arrays["path_val"]
    assert record.facts["answers"]["lambda"] == [0] == [PLENTY.grid.values[0]]
    assert loss[1] > 2 * loss[0] and loss[2] > 10 * loss[0] and (np.diff(loss) > 0).all()


def test_l2_and_decay_of_twice_the_strength_are_not_the_same_under_adam() -> None:
    val = trained("compare", DECAY).arrays["val_loss"][:, -1]
    assert abs(val[1] - val[2]) > 0.1 * min(val[1:])


def test_twice_the_strength_is_the_same_step_for_plain_gradient_descent() -> None:
    """w ← w - lr·2·l2·w is w ← w - lr·wd·w for wd = 2·l2: in the engine, with SGD and without momentum."""
    plain = DECAY.replace(optimizer="sgd", learning_rate=0.01, n_epochs=50)
    val = trained("compare", plain).arrays["val_loss"][:, -1]
    assert val[1] == pytest.approx(val[2], rel=1e-4)


def test_measured_alike_dropout_leaves_the_validation_loss_above() -> None:
    arrays = trained("playground", DIGITS.replace(label_noise=0.0, dropout_rate=0.5, n_epochs=60)).arrays
    assert arrays["val_loss"][-1] > 2 * arrays["train_loss"][-1]


@pytest.mark.parametrize("seed", range(3))
def test_with_wrong_labels_in_training_only_the_validation_loss_ends_below(seed: int) -> None:
    arrays = trained("playground", WRONG_LABELS.replace(seed=seed, data_seed=seed)).arrays
    assert arrays["val_loss"][-1] < 0.9 * arrays["train_loss"][-1]


def test_the_loss_rises_while_the_score_hardly_falls() -> None:
    arrays = trained("playground", ANSWERS["accuracy"].experiment).arrays
    assert arrays["val_loss"][-1] > 1.4 * arrays["val_loss"].min()
    assert arrays["val_score"].max() - arrays["val_score"][-1] < 0.1


def test_every_answer_says_what_to_look_at() -> None:
    for answer in ANSWERS.values():
        assert answer.question.endswith("?") and answer.short.endswith(".") and answer.look.endswith(".")
