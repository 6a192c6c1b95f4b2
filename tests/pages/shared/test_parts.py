"""What a page says while it has nothing to show: why, and what to do; one press tries again."""

import pytest

from pages.shared import jobs, live
from tests.pages.app import close, job, open_link, run, said
from tests.pages.shared.test_say import PAGES


@pytest.mark.parametrize("script", PAGES)
def test_a_busy_server_is_said_with_what_to_do(script, monkeypatch):
    wait = jobs.first_snapshot
    monkeypatch.setattr(jobs, "first_snapshot", lambda job: None)
    page = open_link(script, PAGES[script].replace(n_epochs=3).to_query())
    assert "The server is busy" in said(page.error[0]) and "try again" in said(page.error[0])
    assert not page.get("bidi_component")
    monkeypatch.setattr(jobs, "first_snapshot", wait)
    next(button for button in page.button if button.label == "Try again").click()
    run(page)
    assert not page.error and page.get("bidi_component")
    close(page)


def test_a_run_that_fails_at_its_start_is_begun_anew_by_one_press(monkeypatch):
    make_run = live.playground_run

    def fail(*args):
        raise ValueError("no **rows** left")

    monkeypatch.setattr(live, "playground_run", fail)
    page = open_link("playground.py", {})
    assert "no **rows** left" in said(page.error[0])
    monkeypatch.setattr(live, "playground_run", make_run)
    next(button for button in page.button if button.label == "Try again").click()
    run(page)
    assert not page.error and job(page, "run").error is None
    assert "no **rows** left" in said(page.toast[0])
    close(page)
