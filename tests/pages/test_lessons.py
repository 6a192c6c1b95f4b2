"""The lessons' page: a link opens a step, answers are kept, the record of the run answers them, one's own set-up comes back."""

import json
import time
from html import escape

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.figures.theme import axis, base_figure
from core.lessons.catalog import LESSONS
from core.lessons.gap import turn_numbers
from core.lessons.lesson import Run as RunStep
from core.lessons.lesson import questions
from core.lessons.record import Record
from core.presets import START
from core.stream.commands import Run, Set
from pages.parts.lessons.place import Place, read
from pages.parts.lessons.predictions import HEIGHTS, with_prediction
from pages.parts.lessons.sheet import REVEALS_NOTHING, round_ticks
from pages.parts.lessons.stages import OPEN
from tests.pages.app import close, job, now, open_link, run, said

GAP = LESSONS["gap"]


def texts(page: AppTest) -> str:
    """Return all that is said on a page, in one text."""
    return "\n".join(
        said(one) for kind in (page.markdown, page.info, page.success, page.warning, page.caption) for one in kind
    )


def train(page: AppTest) -> None:
    """Train the lesson's run to its end, as a browser that watches does."""
    found = job(page, "lesson")
    assert found is not None
    found.send(Run())
    until = time.monotonic() + 60
    while time.monotonic() < until and (found.latest is None or found.latest.meta["state"] != "finished"):
        found.wait(found.latest.version if found.latest else -1, 5.0)
    assert found.latest is not None and found.latest.meta["state"] == "finished"


def press(page: AppTest, key: str) -> AppTest:
    page.button(key=key).click()
    return run(page)


def test_the_list_offers_every_lesson_in_order() -> None:
    page = open_link("lessons.py", {})
    listed = [one.value.split("**")[1] for one in page.markdown if one.value.startswith("**")]
    assert sorted(listed, key=lambda text: int(text.split(".")[0])) == [
        f"{i}. {lesson.title}" for i, lesson in enumerate(LESSONS.values(), 1)
    ]
    close(page)


@pytest.mark.parametrize(("key", "step"), [(key, i) for key, one in LESSONS.items() for i in range(len(one.steps))])
def test_a_link_opens_every_step_of_every_lesson(key: str, step: int) -> None:
    page = open_link("lessons.py", {"lesson": key, "step": str(step + 1)})
    assert f"Step {step + 1} of {len(LESSONS[key].steps)}" in texts(page)
    lesson = LESSONS[key]
    stages = [one for one in page.get("bidi_component") if "socket" in one.proto.json]
    assert bool(stages) == (step >= lesson.first_run or lesson.study in OPEN)
    assert not page.error
    close(page)


def test_a_lesson_from_prediction_to_explanation() -> None:
    page = open_link("lessons.py", {"lesson": "gap"})
    assert page.button(key="lessons.next").disabled
    page.radio[0].set_value("stays")
    run(page)
    press(page, "lessons.next")
    assert "You predicted: *It falls, then stays where it is*." in texts(page)
    assert page.button(key="lessons.next").disabled  # nothing has been measured yet
    train(page)
    run(page)  # as the stage asks for it
    press(page, "lessons.next")
    page.radio[0].set_value("early")
    run(page)
    numbers = turn_numbers(Record.of(job(page, "lesson").latest))
    assert "At epoch {best_epoch} the validation loss was {lowest}".format(**numbers) in texts(page)
    press(page, "lessons.next")
    assert "It fell to {lowest} at epoch {best_epoch}, then rose to {last}".format(**numbers) in texts(page)
    assert "Training on is not harmless" in texts(page)  # the answer to the misconception that was chosen
    assert page.query_params["said"] == "1.stays_3.early" and page.query_params["step"] == "4"
    close(page)


def test_a_prediction_can_no_longer_be_changed_after_the_run() -> None:
    page = open_link("lessons.py", {"lesson": "gap", "said": "1.stays"})
    train(page)
    run(page)
    assert page.radio[0].disabled and page.radio[0].value == "stays"
    close(page)


def test_another_draw_is_another_run_and_keeps_what_was_said() -> None:
    page = open_link("lessons.py", {"lesson": "gap", "step": "4", "said": "1.stays"})
    press(page, "lessons.draw")
    assert now(page) == GAP.start(1) and page.query_params["draw"] == "1"
    assert "Step 2 of 5" in texts(page) and page.query_params["said"] == "1.stays"
    close(page)


def legends(page: AppTest) -> str:
    """Return the figures that the stage got, as text."""
    return "".join(one.proto.json for one in page.get("bidi_component") if "socket" in one.proto.json)


@pytest.mark.parametrize(
    ("key", "given", "shown"),
    [
        ("gap", "1.stays", ["your prediction (its shape)"]),
        ("closing", "1.rate", ["your prediction: the smallest gap"]),
        ("labels", "1.never", ["your prediction: right labels", "your prediction: wrong labels"]),
        ("l2", "2.both", ["your prediction: training loss", "your prediction: validation loss"]),
        ("zeros", "1.both", ["your prediction: proximal", "your prediction: subgradient"]),
        ("dial", "2.952222259", ["your prediction (its shape)"]),
        ("winner", "2.same", ["your prediction: as often"]),
        ("ranking", "1.l2-earlystopping-dropout-ensemble-nothing", ["rank among the five", "you: 2"]),
        ("bias", "2.free", ["your prediction: bias²", "your prediction: variance"]),
        ("descent", "1.u", ["your prediction (its shape)"]),
    ],
)
def test_a_prediction_is_drawn_on_the_chart_of_the_result(key: str, given: str, shown: list[str]) -> None:
    asked = int(given[0]) - 1
    lesson = LESSONS[key]
    step = next(i for i, one in enumerate(lesson.steps) if isinstance(one, RunStep) and i > asked)
    for said_before, is_there in ((given, True), ("", False)):
        page = open_link("lessons.py", {"lesson": key, "step": str(step + 1), "said": said_before})
        found = legends(page)
        assert [text in found or json.dumps(text)[1:-1] in found for text in shown] == [is_there] * len(shown)
        close(page)


def test_a_prediction_on_how_a_run_goes_on_is_not_drawn_over_what_it_was_before() -> None:
    page = open_link("lessons.py", {"lesson": "l2", "step": "2", "said": "2.both"})
    page.radio[0].set_value("both")
    run(page)
    assert "your prediction" not in legends(page)
    close(page)


def test_of_an_order_the_ranks_stand_beside_each_other() -> None:
    question = questions(LESSONS["ranking"])[0]
    order = ("earlystopping", "l2", "dropout", "ensemble", "nothing")
    figure = base_figure([], {"name": "ablation"}, axis("x"), axis("y"))
    said = "l2-earlystopping-dropout-ensemble-nothing"
    after = with_prediction(figure, question, said, order).data[-1]
    texts = dict(zip(after.y, after.text, strict=True))
    assert texts[HEIGHTS["l2"]] == "you: 1<br>here: 2" and texts[HEIGHTS["nothing"]] == "you: 5<br>here: 5"
    before = with_prediction(figure, question, said, ()).data[-1]
    assert dict(zip(before.y, before.text, strict=True))[HEIGHTS["l2"]] == "you: 1"


def test_a_goal_is_met_by_what_was_read_off_the_chart() -> None:
    page = open_link("lessons.py", {"lesson": "closing", "step": "5"})
    train(page)
    run(page)
    assert "No further data can be had" in texts(page) and not page.success
    losses = Record.of(job(page, "lesson").latest).arrays["series_val"]
    best, worst = (("units", "longer", "rate")[at(losses[2:])] for at in (np.argmin, np.argmax))
    for picked, sentence in ((worst, "another of the three ends lower"), (best, "Right: ")):
        page.radio[0].set_value(picked)
        run(page)
        assert sentence in texts(page)
    close(page)


def test_a_goal_stays_in_sight_while_the_moved_run_goes_on() -> None:
    page = open_link("lessons.py", {"lesson": "gap", "step": "5"})
    assert "Without a reset" not in texts(page)  # its number is not known before the run
    train(page)
    found = job(page, "lesson")
    found.send(Set(name="l2", value=0.003))
    until = time.monotonic() + 60
    while time.monotonic() < until and found.latest.meta["state"] != "running":
        found.wait(found.latest.version, 5.0)
    run(page)
    assert "Without a reset: move **λ₂** until the validation loss falls below" in texts(page)
    assert "Try 0.002 to 0.006" in texts(page) and ("The answer is measured" in texts(page) or page.success)
    close(page)


def test_an_order_is_told_with_its_numbers_and_offers_no_way_to_choose_all_at_once() -> None:
    page = open_link("lessons.py", {"lesson": "ranking"})
    assert not page.multiselect[0].proto.select_all
    assert "Choose all 5, in your order, to go on." in texts(page)
    page.multiselect[0].set_value(["nothing", "l2", "earlystopping", "dropout", "ensemble"])
    run(page)
    press(page, "lessons.next")
    assert "*1. Nothing 2. L2 3. Early stopping 4. Dropout 5. An ensemble of five*" in texts(page)
    close(page)


def test_the_last_lesson_ends_with_the_way_to_all_of_them() -> None:
    page = open_link("lessons.py", {"lesson": [*LESSONS][-1], "step": "5"})
    assert page.button(key="lessons.next").label == "All lessons"
    press(page, "lessons.next")
    assert "Ten short lessons" in texts(page)
    close(page)


@pytest.mark.parametrize("high", [0.95, 1.0, 0.0123, 47.0, 1200.0])
def test_a_sheet_has_round_numbers_on_its_axis(high: float) -> None:
    ticks = round_ticks(0.0, high)
    assert 3 <= len(ticks) <= 6 and ticks[0] == 0 and high / 2 < ticks[-1] <= high
    step = f"{ticks[1]:e}"
    assert step[0] in "125" and float(step.split("e")[0]) == pytest.approx(int(step[0]))


def test_an_answer_is_not_stored_but_waits_for_the_run() -> None:
    page = open_link("lessons.py", {"lesson": "gap", "step": "3", "said": "3.early"})
    assert "The answer is measured, not stored" in texts(page)
    close(page)


def test_ones_own_set_up_comes_back_on_the_next_page() -> None:
    page = open_link("playground.py", START.replace(n_train=33).to_query())
    page.switch_page("lessons.py")
    page.query_params.clear()
    run(page)
    press(page, "lessons.begin.gap")
    assert now(page) == GAP.experiment
    page.switch_page("playground.py")
    page.query_params.clear()
    assert now(run(page)).data.n_train == 33
    close(page)


@pytest.mark.parametrize(
    ("query", "place", "problem"),
    [
        ({}, None, ""),
        ({"lesson": "gap"}, Place("gap"), ""),
        ({"lesson": "gap", "step": "3", "draw": "2"}, Place("gap", 2, 2), ""),
        (
            {"lesson": "gap", "step": "9"},
            Place("gap"),
            "'step' that cannot be used: expected a whole number from 1 to 5",
        ),
        ({"lesson": "gap", "step": "²"}, Place("gap"), "'step'"),
        ({"lesson": "gap", "draw": "-1"}, Place("gap"), "'draw'"),
        ({"lesson": "nothing"}, None, "expected one of gap"),
    ],
)
def test_a_link_is_read_or_says_what_it_lacks(query: dict[str, str], place: Place | None, problem: str) -> None:
    asked = read(query)
    assert asked.place == place
    assert problem in " ".join(asked.problems) and bool(problem) == bool(asked.problems)


def test_answers_that_are_none_are_left_out() -> None:
    answers = read({"lesson": "gap", "said": "1.rises_2.rises_3.nothing_x.early_.._3.heart"}).answers
    assert answers == {0: "rises", 2: "heart"}


def test_a_sketch_travels_in_a_link_and_others_are_left_out() -> None:
    assert read({"lesson": "dial", "said": "2.952222259"}).answers == {1: "952222259"}
    for odd in ("95222225", "9522222599", "95222225x", "²²²²²²²²²"):
        assert read({"lesson": "dial", "said": f"2.{odd}"}).answers == {}


@pytest.mark.parametrize("key", LESSONS)
def test_every_lesson_has_a_sheet_with_what_each_option_reveals(key: str) -> None:
    page = open_link("lessons.py", {"lesson": key, "sheet": "1"})
    assert LESSONS[key].ask in texts(page) and "The expected picture" in texts(page)
    html = " ".join(one.proto.body for one in page.get("html"))
    for question in questions(LESSONS[key]).values():
        for option in question.options:
            assert escape(option.reveals or REVEALS_NOTHING) in html
    assert "data:image/svg+xml;base64," in html and LESSONS[key].title in texts(page)
    close(page)
