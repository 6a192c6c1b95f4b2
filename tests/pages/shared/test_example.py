"""A page's own example: shown where one's own set-up shows nothing or takes long, and one's own comes back."""

import pytest

from core.presets import CV_START, START
from core.studies.features.selection import TASK
from tests.pages.app import address, close, now, open_link, run

LARGE = START.replace(n_epochs=50_000, hidden_sizes=(256, 256))  # many minutes on every page
EXAMPLES = {"cv.py": CV_START, "path.py": START.replace(param_name="l1")}


def go_to(page, script):
    """Choose a page in the navigation: its address has no settings yet."""
    page.query_params.clear()
    page.switch_page(script)
    return run(page)


def captions(page):
    return " ".join(caption.value for caption in page.caption)


def test_features_opens_its_example_and_the_playground_has_one_s_own_again():
    page = go_to(open_link("playground.py", START.to_query()), "features.py")
    assert now(page) == TASK and address(page) == (TASK, [])
    assert "Sine has one or two inputs" in captions(page)
    assert not [button for button in page.button if button.key == "lab.mine"]  # there is nothing to use here
    assert now(go_to(page, "playground.py")) == START
    assert "An example" not in captions(page)
    close(page)


@pytest.mark.parametrize("script", ["cv.py", "path.py", "bias_variance.py", "remedies.py"])
def test_what_would_take_minutes_is_an_offer_with_its_cost(script):
    mine = LARGE.replace(hidden_sizes=(64, 64)) if script == "remedies.py" else LARGE  # a larger one is refused there
    page = go_to(open_link("playground.py", mine.to_query()), script)
    assert now(page) == EXAMPLES.get(script, now(page)) != mine
    assert "yours would take about" in captions(page)
    page.button(key="lab.mine").click()
    run(page)
    assert now(page) == mine
    assert any("Train it anyway" in button.label for button in page.button)
    close(page)


def test_a_link_with_settings_is_never_replaced():
    page = open_link("cv.py", LARGE.to_query())
    assert now(page) == LARGE
    close(page)


def test_an_example_that_was_changed_is_one_s_own_from_then_on():
    page = go_to(open_link("playground.py", START.to_query()), "features.py")
    page.session_state["lab.experiment"] = TASK.replace(seed=5)
    run(page)
    assert "An example" not in captions(page)
    assert now(go_to(page, "playground.py")) == TASK.replace(seed=5)
    close(page)


def test_what_can_be_shown_stays_on_every_page():
    page = open_link("playground.py", START.to_query())
    for script in ("path.py", "cv.py", "compare.py", "remedies.py", "playground.py"):
        shown = now(go_to(page, script))
        assert shown == START.replace(param_name="l1"), script  # the first look at a path varies L1, nothing else
    close(page)
