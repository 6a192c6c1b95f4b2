"""Double descent of trained networks: a narrow one in the padded stack is the narrow one alone; the U, the peak, what λ does."""

import numpy as np
import pytest

from core import train, trained_descent
from core.data import load_split
from core.studies.double_descent.trained import TASK, U_EPOCH, WIDTHS, first_fitting, plan_trained

QUICK = TASK.replace(n_epochs=40)


def test_a_narrow_network_in_the_stack_is_the_narrow_network_alone():
    result = trained_descent((3, 20), (0.0, 0.01), 2, seed=4, experiment=QUICK, progress=False)
    for j, width in enumerate((3, 20)):
        for i, l2 in enumerate((0.0, 0.01)):
            for k in range(2):
                experiment = QUICK.replace(hidden_sizes=(width,), l2=l2, seed=k, data_seed=4)
                alone = train(experiment, load_split(experiment.data), progress=False).history
                place = np.searchsorted(alone["epoch"], result.epoch)
                np.testing.assert_allclose(result.val_loss[i, j, k], alone["val_loss"][place], rtol=2e-4)
                np.testing.assert_allclose(result.train_error[i, j, k], 1 - alone["train_score"][place], atol=1e-6)


def test_early_there_is_a_u_later_a_peak_and_little_of_it_with_a_penalty():
    result = trained_descent((2, 10, 17, 100), (0.0, 0.003), 1, progress=False)
    early = int(np.argmin(abs(result.epoch - U_EPOCH)))
    first, last = result.val_loss[0, :, 0, early], result.val_loss[..., 0, -1]
    assert first[1] < 0.75 * first[0] and first[3] > 1.2 * first[1]  # a U
    assert last[0, 2] > 2 * last[0, 0] and last[0, 2] > 2 * last[0, 3] and last[0, 2] > 1.5  # a peak
    assert last[1, 2] < 0.5 * last[0, 2] and last[1, 3] < last[1, 0]


def test_the_widths_that_fit_are_those_from_the_first_without_a_mistake_on():
    error = np.array([[0.5, 0.0, 0.1, 0.0, 0.0], [0.3, 0.2, 0.1, 0.1, 0.1], [0.0, 0.0, 0.0, 0.0, 0.0]])
    assert first_fitting(error).tolist() == [3, -1, 0]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"widths": (0, 3)}, "widths: expected whole numbers"), ({"values": (-1.0,)}, "values: expected"),
        ({"n_starts": 0}, "n_starts: expected a whole number from 1 to 20"),
        ({"experiment": TASK.replace(data="sine", loss="mse")}, "data: expected a data set of classes, received 'sine'"),
        ({"experiment": TASK.replace(activation="sigmoid")}, "activation: expected one that is 0 at 0"),
    ],
)  # fmt: skip
def test_bad_arguments_are_refused_in_words(given, expected):
    with pytest.raises(ValueError, match=expected):
        plan_trained(**given)


def test_members_stand_by_strength_then_width_then_start():
    plan = plan_trained(values=(0.0, 0.003), n_starts=2)
    assert plan.n_members == 2 * len(WIDTHS) * 2
    assert plan.strengths["l2"][:3] == [0.0] * 3 and plan.strengths["l2"][-1] == 0.003
    assert plan.seeds[:4] == (0, 1, 0, 1)
    n_used = [(row != 0).sum() for row in plan.start]
    assert n_used[0] == n_used[1] == 2 * 64 + 2 + 2 * 10 + 10
