"""The rules of lessons 7 to 10 on numbers by hand."""

import numpy as np
import pytest

from core.lessons import bias, descent, ranking, winner
from core.lessons.lesson import Predict, Question, feedback, is_right
from core.lessons.record import Record
from core.live.double_descent.run import N_DRAWS
from core.studies.double_descent.random_features import WIDTHS


def record(**arrays: np.ndarray) -> Record:
    return Record(arrays, {"state": "finished"})


def peeks(at_100: float, few: float = 8.0, many: float = 2.0) -> Record:
    optimism = np.zeros((4, 6))
    optimism[:, -1] = [few, at_100, 3.0, many]
    return record(pk_test_mean=np.full((6, 4, 2), 0.25), pk_fresh_mean=np.full((6, 4, 2), 0.3), pk_optimism=optimism)


@pytest.mark.parametrize(
    ("points", "answer"), [(5, "worse"), (0.2, "same"), (-0.2, "same"), (-3, "better"), (0.8, None)]
)
def test_what_the_winner_is_on_fresh_rows(points: float, answer: str | None) -> None:
    assert winner.fresh_rows(peeks(points)).answer == answer


@pytest.mark.parametrize(("many", "answer"), [(2, "less"), (7, "same"), (12, "more")])
def test_what_more_rows_do_to_the_luck(many: float, answer: str) -> None:
    found = winner.more_rows(peeks(5, 8, many))
    assert found.answer == answer and found.numbers["few"] == "8.0"


def starts(**means: float) -> Record:
    """Return losses of four starts with a standard deviation of 0.01 about each mean."""
    spread = np.array([-0.01, 0.01, -0.01, 0.01]) * np.sqrt(3 / 4)
    return record(ablation_val_x=np.concatenate([means.get(key, 1.0) + spread for key in ranking.KEYS]))


def test_two_standard_errors_by_hand() -> None:
    one = np.array([0.0, 2.0])  # s² = 2, s²/n = 1
    assert not ranking.is_clearly_lower(one, one + 2 * np.sqrt(2) - 1e-9)
    assert ranking.is_clearly_lower(one, one + 2 * np.sqrt(2) + 1e-9)


def test_pairs_within_two_standard_errors_are_ties() -> None:
    found = ranking.ranking(starts(early_stopping=0.2, l2=0.205, dropout=0.5, ensemble=0.8, nothing=1.0))
    assert found.answer == "earlystopping-l2-dropout-ensemble-nothing"
    assert ("earlystopping", "l2") not in found.pairs and ("l2", "dropout") in found.pairs
    assert (found.numbers["n_pairs"], found.numbers["n_ties"]) == ("9", "1")
    step = ranking.LESSON.steps[0]
    assert isinstance(step, Predict)
    asked: Question = step.question
    assert is_right(asked, "l2-earlystopping-dropout-ensemble-nothing", found)  # the tie does not count
    wrong = "ensemble-l2-earlystopping-dropout-nothing"
    said = feedback(asked, wrong, found)
    assert not is_right(asked, wrong, found)
    assert [text.split(":")[0] for text in said[1:]] == [
        "The ensemble (0.800) stood too high",
        "Too low in your list",
    ]


def test_only_what_stands_at_another_place_is_named_the_worst_first() -> None:
    found = ranking.ranking(starts(early_stopping=0.2, l2=0.272, dropout=0.5, ensemble=0.8, nothing=1.0))
    step = ranking.LESSON.steps[0]
    assert isinstance(step, Predict)
    said = feedback(step.question, "nothing-l2-earlystopping-dropout-ensemble", found)
    assert "Nothing (1.000) stood too high" in said[1] and not any(text.startswith("L2") for text in said[1:])
    assert said[2:] == ["Too low in your list: Early stopping (0.200), Dropout (0.500), An ensemble of five (0.800)."]


def test_what_is_told_is_the_median_that_the_chart_marks() -> None:
    values = {key: [1.0, 1.0, 1.0, 1.0] for key in ranking.KEYS} | {"nothing": [1.6, 1.69, 1.692, 2.0]}
    numbers = ranking.remedy_numbers(record(ablation_val_x=np.concatenate([values[key] for key in ranking.KEYS])))
    assert numbers["nothing"] == "1.691"


def test_an_order_of_equals_is_not_clear() -> None:
    assert ranking.ranking(starts()).answer is None


@pytest.mark.parametrize(("data", "answer"), [(0.5, "remedy"), (0.1, "data"), (0.2, None)])
def test_more_data_against_the_best_remedy(data: float, answer: str | None) -> None:
    assert ranking.more_data(starts(l1=0.3, l2=0.2, early_stopping=0.25, more_data=data)).answer == answer


def parts(bias2: list[float], variance: list[float]) -> Record:
    b, v = np.array(bias2), np.array(variance)
    return record(bv_bias2=b, bv_variance_data=v, bv_variance_start=0 * v, bv_risk=b + v)


@pytest.mark.parametrize(
    ("bias2", "variance", "answer"),
    [
        ([0.1, 0.1, 1], [1, 0.2, 0.1], "trade"), ([0.1, 0.1, 0.1], [1, 0.2, 0.1], "free"), ([1, 1, 0.1], [1, 1, 0.1], "both"),
        ([1, 1, 0.1], [0.1, 0.2, 1], "reverse"), ([0.1, 1, 1], [0.1, 1, 1], "worse"), ([0.1, 0.1, 1], [1, 1, 1], None),
    ],
)  # fmt: skip
def test_what_bias_and_variance_do(bias2: list[float], variance: list[float], answer: str | None) -> None:
    assert bias.trade(parts(bias2, variance)).answer == answer


@pytest.mark.parametrize(
    ("risk", "answer"),
    [([1, 0.5, 1], "between"), ([0.5, 0.6, 1], "left"), ([1, 0.6, 0.5], "right"), ([1, 0.95, 1], None)],
)
def test_where_the_risk_is_lowest(risk: list[float], answer: str | None) -> None:
    assert bias.lowest_risk(parts([0, 0, 0], risk)).answer == answer


def widths(free: dict[int, float], tamed: dict[int, float] | None = None, spread: float = 0.001) -> Record:
    """Return errors at the widths: those given, joined by straight lines over the logarithm, and a spread over the draws."""
    x = np.log(WIDTHS)
    draws = np.full((2, 8, N_DRAWS, len(WIDTHS) + 1), np.nan)
    for value, knots in ((descent.NO_PENALTY, free), (descent.PENALTY, tamed or {5: 0.6, 1600: 0.1})):
        curve = np.interp(x, np.log([*knots]), [*knots.values()])
        wobble = spread * np.array([-2, -1, 0, 1, 2])[:, None] * np.linspace(-1, 1, len(x))
        draws[descent.NOISY, value, :, :-1] = curve + wobble
    return record(dd_error_draws=draws.reshape(2, 8, -1))


@pytest.mark.parametrize(
    ("knots", "spread", "answer"),
    [
        ({5: 0.6, 40: 0.3, 200: 0.9, 1600: 0.2}, 0.001, "double"),
        ({5: 0.6, 40: 0.3, 200: 0.9, 1600: 0.28}, 0.1, None),  # below, but within the bars
        ({5: 0.6, 40: 0.3, 200: 0.9, 1600: 0.4}, 0.001, None),
        ({5: 0.6, 40: 0.3, 1600: 0.9}, 0.001, "u"),
        ({5: 0.6, 1600: 0.1}, 0.001, "falls"),
        ({5: 0.6, 40: 0.3, 1600: 0.31}, 0.0, "level"),
    ],
)  # fmt: skip
def test_the_error_along_the_width(knots: dict[int, float], spread: float, answer: str | None) -> None:
    assert descent.along_width(widths(knots, spread=spread)).answer == answer


@pytest.mark.parametrize(
    ("tamed", "answer"),
    [({5: 0.6, 1600: 0.1}, "gone"), ({5: 0.6, 40: 0.3, 200: 0.5, 1600: 0.2}, "stays"),
     ({5: 0.6, 40: 0.3, 800: 0.5, 1600: 0.2}, "moves")],
)  # fmt: skip
def test_what_a_penalty_does_to_the_peak(tamed: dict[int, float], answer: str) -> None:
    assert descent.with_penalty(widths({5: 0.6, 40: 0.3, 200: 0.9, 1600: 0.2}, tamed)).answer == answer
