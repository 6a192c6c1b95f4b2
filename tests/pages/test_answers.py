"""The page of answers: each button opens a page with the experiment that shows it, and nothing of another comes back over it."""

import pytest

from core.lessons.answers import ANSWERS
from tests.pages.app import close, now, open_link, run


def test_every_question_is_there() -> None:
    page = open_link("answers.py", {})
    assert [one.value for one in page.subheader] == [answer.question for answer in ANSWERS.values()]
    close(page)


@pytest.mark.parametrize("key", ["val_loss", "keras_l1", "accuracy"])
def test_a_button_opens_the_page_that_shows_it(key: str) -> None:
    page = open_link("answers.py", {})
    page.button(key=f"answers.{key}").click()
    run(page)
    assert now(page) == ANSWERS[key].experiment
    assert page.get("bidi_component")
    close(page)
