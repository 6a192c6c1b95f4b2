"""What a page says while it has nothing to show: what it waits for, and at which place; it goes on by itself."""

import pytest

from core.stream.budget import Limits
from core.stream.job import Job
from core.stream.scheduler import get_scheduler
from pages.shared import jobs, live
from pages.shared.parts import waits_for
from tests.pages.app import close, job, open_link, run, said
from tests.pages.shared.test_say import PAGES


@pytest.mark.parametrize("script", PAGES)
def test_what_is_not_ready_yet_is_said_and_there_is_nothing_to_press(script, monkeypatch):
    wait = jobs.first_snapshot
    monkeypatch.setattr(jobs, "first_snapshot", lambda job: None)
    monkeypatch.setattr(jobs, "has_news", lambda job: False)
    page = open_link(script, PAGES[script].replace(n_epochs=3).to_query())
    assert "is being made ready. It begins by itself" in said(page.info[-1]) and not page.error
    assert not page.get("bidi_component") and not [b for b in page.button if b.label == "Try again"]
    monkeypatch.setattr(jobs, "first_snapshot", wait)
    run(page)  # as the line itself does
    assert not page.error and page.get("bidi_component")
    close(page)


def test_who_waits_for_memory_is_told_the_place_and_goes_on_when_there_is_some(monkeypatch):
    monkeypatch.setattr(get_scheduler().ledger, "limits", Limits(n_jobs=1))
    first = open_link("playground.py", {})
    pages = [open_link("playground.py", {}) for _ in range(2)]
    places = [next(line for line in map(said, page.info) if "waits for memory" in line) for page in pages]
    assert ["1st in line" in places[0], "2nd in line" in places[1]] == [True, True]
    for page, next_one in zip([first, *pages], [*pages, None], strict=True):
        assert page.get("bidi_component")
        close(page)
        if next_one is not None:
            run(next_one)
            assert not [line for line in map(said, next_one.info) if "in line" in line]


def test_the_line_for_a_process_is_said_with_the_place_of_those_who_are_not_at_its_head():
    def nothing(mailbox):
        yield None

    waiting = Job(nothing)
    waiting.mailbox.place = lambda: 3
    assert waits_for(waiting, "path").endswith("made in a process of its own, one after another: 3rd in line.")
    waiting.mailbox.place = lambda: 1
    assert waits_for(waiting, "path") == "This path is being made ready."


def test_a_run_that_fails_at_its_start_is_begun_anew_by_one_press(monkeypatch):
    make_run = live.recalling_run

    def fail(*args):
        raise ValueError("no **rows** left")

    monkeypatch.setattr(live, "recalling_run", fail)
    page = open_link("playground.py", {})
    assert "no **rows** left" in said(page.error[0])
    monkeypatch.setattr(live, "recalling_run", make_run)
    next(button for button in page.button if button.label == "Try again").click()
    run(page)
    assert not page.error and job(page, "run").error is None
    assert "no **rows** left" in said(page.toast[0])
    close(page)
