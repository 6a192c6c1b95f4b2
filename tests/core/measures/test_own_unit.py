"""Losses in the target's own unit: by hand, and against scikit-learn's root mean squared error."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import root_mean_squared_error

from core import Experiment, Split, load_table, train
from core.data import load_split
from core.measures.own_unit import OwnUnit, number_in_unit, unit_of, writer_of
from core.measures.verdict import Reach, judge
from core.settings.experiment import DataConfig

PRICES = "size,age,price\n" + "".join(f"{i * 7 % 101},{i % 9},{i * i % 97 * 1000}\n" for i in range(150))


def test_by_hand() -> None:
    unit = OwnUnit(200.0, "price")
    assert unit.error(0.25) == 100.0
    assert unit.write(0.25) == "0.250 (off by 100)" and unit.beside(0.01) == " (off by 20)"
    assert np.isnan(unit.error(float("nan")))


@pytest.mark.parametrize(
    ("error", "text"), [(12.345, "12.3"), (1234.5, "1,234"), (0.01234, "0.0123"), (2.5e7, "2.5e+07"), (999.0, "999")]
)
def test_a_typical_error_has_three_digits(error: float, text: str) -> None:
    assert number_in_unit(error) == text


def test_it_is_the_root_mean_squared_error_of_the_answers_in_the_file_s_own_numbers() -> None:
    split = Split.from_table(load_table(PRICES))
    run = train(Experiment(network={"hidden_sizes": [4]}, training={"n_epochs": 5}), split=split, progress=False)
    answers = run.predict(split.X_val)[:, 0] if run.predict(split.X_val).ndim > 1 else run.predict(split.X_val)
    answered, true = (np.asarray(v, dtype=float) * split.y_scale + split.y_mean for v in (answers, split.y_val))
    unit = unit_of(split)
    assert unit is not None and unit.name == "price"
    assert unit.error(float(run.history["val_loss"][-1])) == pytest.approx(
        root_mean_squared_error(true, answered), rel=1e-5
    )


@pytest.mark.parametrize(("name", "has_unit"), [("diabetes", True), ("sine", False), ("informative_regression", False),
                                                ("moons", False), ("digits", False)])  # fmt: skip
def test_only_measured_values_have_a_unit(name: str, has_unit: bool) -> None:
    split = load_split(DataConfig(name=name, n_train=50))  # type: ignore[arg-type]
    assert (unit_of(split) is not None) == has_unit
    assert writer_of(split)(0.5).startswith("0.500") and ("off by" in writer_of(split)(0.5)) == has_unit


def test_a_verdict_says_its_losses_in_the_unit() -> None:
    write = OwnUnit(10.0, "y").write
    said = judge(0.1, 0.81, Reach(0.25, "the lowest on this path"), 1.0, 3.0, 9, write=write)
    assert "validation loss 0.810 (off by 9) against 0.250 (off by 5), the lowest on this path" in said.text
