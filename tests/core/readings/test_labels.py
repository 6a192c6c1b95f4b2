"""Scores on right and on wrong labels, against scores of all training rows and a network by hand."""

import numpy as np

from core.data import load_split, wrong_labels
from core.engine import Stack
from core.live.making import split_of
from core.live.playground.run import playground_run
from core.presets import DIGITS, SINE
from core.readings.labels import label_arrays, label_scores
from core.stream.commands import Run


def test_wrong_labels_are_those_that_the_noise_has_changed() -> None:
    data = DIGITS.data
    clean = load_split(DIGITS.replace(label_noise=0.0).data)
    found = wrong_labels(data)
    assert found is not None and found.sum() == round(data.label_noise * data.n_train)
    assert (found == (load_split(data).y_train != clean.y_train)).all()
    assert wrong_labels(SINE.data) is None and wrong_labels(DIGITS.replace(label_noise=0.0).data) is None


def test_the_scores_together_are_the_score_of_all_training_rows() -> None:
    now = DIGITS.replace(n_epochs=15)
    run = playground_run(now, split_of(now.data))
    run.obey(Run())
    while run.state == "running":
        run.train_for(0.05)
    snapshot = run.snapshot()
    arrays, state = snapshot.arrays, run.training.state()
    n_wrong = 10
    both = (90 * arrays["label_right"][-1] + n_wrong * arrays["label_wrong"][-1]) / 100
    assert np.isclose(both, snapshot.arrays["train_score"][-1], atol=1e-6)
    assert np.isclose(arrays["label_val"][-1], float(state.val_score[0]), atol=1e-6)
    assert arrays["label_epoch"][0] == 0 and arrays["label_epoch"][-1] == 15
    assert "wrong" in snapshot.meta["descriptions"]["labels"]


def test_a_network_that_says_one_class_by_hand() -> None:
    split = load_split(DIGITS.data)
    stack = Stack(64, (), 10, "linear", [0])
    stack.parameters[:] = 0
    stack.parameters[0, 640 + 3] = 5.0  # the bias of class 3
    is_wrong = wrong_labels(DIGITS.data)
    scores = label_scores(stack, "cross_entropy", split, is_wrong)[0]
    threes = split.y_train == 3
    assert np.allclose(scores, [threes[~is_wrong].mean(), threes[is_wrong].mean(), (split.y_val == 3).mean()])
    assert label_arrays([7], scores[None])["label_epoch"].tolist() == [7]
